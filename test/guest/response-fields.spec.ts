import {
  type AuthUser,
  type Credentials,
  RefreshToken,
  UserRefusedError,
  type UserStore,
} from 'nestjs-baton';
import { QuickUsers } from '../host/quick-users.js';
import { type Host, PASSWORD, PLATFORMS, startHost } from '../host/start-host.js';
import { Client } from './every-route.js';

const login = (host: Host, username = 'ann') =>
  host.http().post('/auth/login').send({ username, password: PASSWORD });

const responseFields = async ({ username }: AuthUser, route: string) => ({ username, route });

/** @see issue 12 */
describe.each(PLATFORMS)('responseFields on %s', (platform) => {
  it('adds its fields to the body of a login and of a refresh, beside the pair', async () => {
    const host = await startHost({ platform, auth: { responseFields, cookies: true } });
    const first = await login(host);
    expect(first.body).toMatchObject({ username: 'ann', route: 'login', token_type: 'Bearer' });
    const refreshed = await new Client(host).refresh(first.body);
    expect(refreshed.body).toMatchObject({
      username: 'ann',
      route: 'refresh',
      session_id: first.body.session_id,
      refresh_token: expect.any(String),
    });
    const byCookie = await login(host).set('x-auth-transport', 'cookie');
    expect(byCookie.body).toMatchObject({ route: 'login' });
    await host.close();
  });

  it.each([
    ['takes a name of the pair', () => ({ access_token: 'mine' })],
    ['takes a name of an error', () => ({ error: 'none' })],
    ['returns what JSON cannot hold', () => ({ id: 1n })],
    ['throws', () => Promise.reject(new Error('the profile service is down'))],
  ])('opens no session and consumes nothing where it %s', async (_what, failing) => {
    let isBroken = false;
    const asked = () => (isBroken ? failing() : {});
    const host = await startHost({ platform, auth: { responseFields: asked } });
    const { body: pair } = await login(host);
    isBroken = true;
    expect((await login(host)).status).toBe(500);
    expect(await host.dataSource.getRepository(RefreshToken).count()).toBe(1);
    expect((await new Client(host).refresh(pair)).status).toBe(500);
    isBroken = false;
    host.clock.turn(60);
    expect((await new Client(host).refresh(pair)).status).toBe(200);
    await host.close();
  });
});

/** Says of bob that he has not opened the link. */
class CarefulUsers extends QuickUsers implements UserStore {
  constructor(private readonly refusal: () => Error) {
    super();
  }

  override async authenticate(credentials: Credentials): Promise<AuthUser | null> {
    const user = await super.authenticate(credentials);
    if (user?.username === 'bob') throw this.refusal();
    return user;
  }
}

describe.each(PLATFORMS)('a user whom the application refuses on %s', (platform) => {
  it.each([
    [403, undefined],
    [409, undefined],
    [401, 'Bearer realm="nestjs-baton"'],
  ])('is answered %i, with its own code in our form', async (status, challenge) => {
    const refusal = () => new UserRefusedError('not_verified', 'Open the link', status);
    const host = await startHost({ platform, users: new CarefulUsers(refusal) });
    const answer = await login(host, 'bob');
    expect([answer.status, answer.body]).toEqual([
      status,
      { error: 'not_verified', error_description: 'Open the link' },
    ]);
    expect(answer.headers).toMatchObject({
      'x-auth-error': 'not_verified',
      'cache-control': 'no-store',
    });
    expect(answer.headers['www-authenticate']).toBe(challenge);
    await host.close();
  });

  it('keeps what is open where it is refused at a refresh', async () => {
    let isLocked = false;
    const onRefresh = () => {
      if (isLocked) throw new UserRefusedError('locked', 'Your account is locked', 423);
    };
    const host = await startHost({ platform, auth: { onRefresh } });
    const { body: pair } = await login(host);
    isLocked = true;
    const refused = await new Client(host).refresh(pair);
    expect([refused.status, refused.body.error, refused.headers['x-auth-error']]).toEqual([
      423,
      'locked',
      'locked',
    ]);
    isLocked = false;
    expect((await new Client(host).refresh(pair)).status).toBe(200);
    await host.close();
  });
});

it.each([
  ['Not Verified', 403],
  ['not_verified', 200],
  ['not_verified', 503],
])('a refusal with the code %s and the status %i is a mistake', (code, status) => {
  expect(() => new UserRefusedError(code, 'Open the link', status)).toThrow(TypeError);
});
