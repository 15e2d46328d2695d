import type { AuthEvent } from 'nestjs-baton';
import { KeyHolder } from '../host/key-holder.js';
import { QuickUsers } from '../host/quick-users.js';
import { type Host, PASSWORD, PLATFORMS, startHost } from '../host/start-host.js';
import { TurnedClock } from '../host/turned-clock.js';
import { eventsOf } from './dpop-vocabulary.js';

const COOKIE = { 'x-auth-transport': 'cookie' };

interface WithHeaders {
  readonly headers: Record<string, unknown>;
}

/** The cookie as a browser would send it back. */
function cookieOf({ headers }: WithHeaders): string {
  return String(headers['set-cookie']).split(';', 1)[0] ?? '';
}

/** @see ASVS 5.0, V7.2.4 */
describe.each(PLATFORMS)(
  'a login that takes the place of a session in its browser, on %s',
  (platform) => {
    const clock = new TurnedClock();
    let host: Host;
    /** What a refresh waits for, before it asks the database for anything. */
    let untilLetOn: (() => Promise<void>) | undefined;

    beforeAll(async () => {
      host = await startHost({
        platform,
        users: new QuickUsers(),
        auth: {
          clock,
          cookies: { allowPlainHttp: true },
          dpop: 'allowed',
          onRefresh: () => untilLetOn?.(),
        },
      });
    });
    afterAll(() => host.close());

    const post = (path: string, headers: Record<string, string> = {}) =>
      host.http().post(`/auth/${path}`).set(COOKIE).set(headers);
    const login = (headers: Record<string, string> = {}, password = PASSWORD) =>
      post('login', headers).send({ username: 'ann', password });
    const refresh = (cookie: string) => post('token/refresh', { cookie });
    const me = ({ body }: { body: { access_token: string } }) =>
      host.http().get('/auth/me').auth(body.access_token, { type: 'bearer' });

    it('ends that session at once, access token included, and no other of the user', async () => {
      const [before, elsewhere] = [await login(), await login()];
      const after = await login({ cookie: cookieOf(before) });
      expect((await me(before)).body.error).toBe('session_revoked');
      expect((await refresh(cookieOf(before))).body).toMatchObject({
        error: 'session_revoked',
        reason: 'replaced',
      });
      expect((await me(elsewhere)).status).toBe(200);
      expect((await refresh(cookieOf(after))).status).toBe(200);
    });

    it('ends it by a token that has expired, or was spent, as well', async () => {
      const spent = await login();
      const live = await refresh(cookieOf(spent));
      await login({ cookie: cookieOf(spent) });
      expect((await me(live)).body.error).toBe('session_revoked');
    });

    it('is told of, as every end of a session', async () => {
      const before = await login();
      const events = await eventsOf(host, () => login({ cookie: cookieOf(before) }));
      const said = events.map((event: AuthEvent) => [
        event.type,
        'reason' in event && event.reason,
      ]);
      expect(said).toEqual([
        ['session.revoked', 'replaced'],
        ['session.opened', false],
      ]);
    });

    it.each([
      ['whose password is wrong', {}, 'wrong password'],
      ['that asked for no cookie', { 'x-auth-transport': '' }, PASSWORD],
      ['of a foreign page', { origin: 'https://evil.example' }, PASSWORD],
    ])('ends nothing by a login %s', async (_what, headers, password) => {
      const before = await login();
      await login({ cookie: cookieOf(before), ...headers }, password);
      expect((await me(before)).status).toBe(200);
    });

    it.each([
      ['garbage', () => 'baton_refresh=garbage'],
      ['two of them', (cookie: string) => `${cookie}; ${cookie}`],
    ])('opens a session all the same where the cookie is %s', async (_what, cookieIn) => {
      const before = await login();
      const after = await login({ cookie: cookieIn(cookieOf(before)) });
      expect(after.status).toBe(200);
      expect((await me(before)).status).toBe(200);
    });

    it('ends a bound session where its key is proved, and otherwise does not', async () => {
      const [owner, stranger] = [new KeyHolder(clock), new KeyHolder(clock)];
      const loginWith = async (holder: KeyHolder, cookie = '') =>
        login({ cookie, dpop: await holder.proof('POST', `${host.url}/auth/login`) });
      const meWith = async ({ body }: { body: { access_token: string } }) => {
        const proof = await owner.proof('GET', `${host.url}/auth/me`, body.access_token);
        const asked = host.http().get('/auth/me').set('DPoP', proof);
        return (await asked.set('Authorization', `DPoP ${body.access_token}`)).status;
      };
      const before = await loginWith(owner);
      expect((await login({ cookie: cookieOf(before) })).status).toBe(200);
      expect((await loginWith(stranger, cookieOf(before))).status).toBe(200);
      expect(await meWith(before)).toBe(200);
      await loginWith(owner, cookieOf(before));
      expect(await meWith(before)).toBe(401);
    });

    it('a refresh that was still under way takes no cookie away', async () => {
      const before = await login();
      let letOn: (() => void) | undefined;
      const held = new Promise<void>((resolve) => {
        letOn = resolve;
      });
      const underWay = new Promise<void>((resolve) => {
        untilLetOn = () => {
          resolve();
          return held;
        };
      });
      const late = refresh(cookieOf(before)).then((answer) => answer);
      await underWay;
      const after = await login({ cookie: cookieOf(before) });
      letOn?.();
      const { body, headers } = await late;
      expect(body).toMatchObject({ error: 'session_revoked', reason: 'replaced' });
      expect(headers).not.toHaveProperty('set-cookie');
      expect((await refresh(cookieOf(after))).status).toBe(200);
    });
  },
);
