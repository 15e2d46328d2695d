import { AuthEvents, type AuthUser } from 'nestjs-baton';
import { QuickUsers } from '../host/quick-users.js';
import { PASSWORD } from '../host/start-host.js';
import {
  INVALID_ACCESS,
  INVALID_REFRESH,
  REVOKED,
  isAlive,
  login,
  me,
  onEveryHost,
  refreshing,
  revokedFor,
} from './vocabulary.js';

/** Users whose ids may be given again, as those of a table that was emptied are. */
class ForgetfulUsers extends QuickUsers {
  readonly gone = new Set<unknown>();

  override async findById(id: string): Promise<AuthUser | null> {
    return this.gone.has(id) ? null : super.findById(id);
  }
}

const users = new ForgetfulUsers();

/** @see issue 11 */
onEveryHost({ users }, (stage) => {
  beforeEach(() => users.gone.clear());

  it.each([
    [
      'a refresh',
      async (pair: { refresh_token: string }) =>
        expect(await refreshing(stage.host, pair.refresh_token)).toEqual(INVALID_REFRESH),
    ],
    [
      'GET /auth/me',
      async (pair: { access_token: string }) =>
        expect(await me(stage.host, pair.access_token)).toEqual(INVALID_ACCESS),
    ],
  ])(
    '%s that finds the user gone ends every session of theirs: an id given again opens nothing',
    async (_what, find) => {
      const bobs = await login(stage.host, { username: 'bob' });
      const pair = await login(stage.host);
      const other = await login(stage.host);
      const { id } = (await users.authenticate({
        username: 'ann',
        password: PASSWORD,
        ip: null,
      })) ?? { id: '' };
      const reasons: string[] = [];
      const events = stage.host.app.get(AuthEvents).on('session.revoked');
      const subscription = events.subscribe(({ reason }) => reasons.push(reason));
      users.gone.add(id);
      await find(pair);
      users.gone.clear();
      subscription.unsubscribe();
      expect(reasons.length).toBeGreaterThanOrEqual(2);
      expect(new Set(reasons)).toEqual(new Set(['user_gone']));
      for (const { access_token, refresh_token } of [pair, other]) {
        expect(await refreshing(stage.host, refresh_token)).toEqual(revokedFor('user_gone'));
        expect(await me(stage.host, access_token)).toEqual(REVOKED);
      }
      expect(await isAlive(stage.host, bobs)).toBe(true);
    },
  );
});
