import { RefreshToken } from 'nestjs-baton';
import { type Host, PLATFORMS, startHost } from '../host/start-host.js';
import { decode } from './jwt.js';
import { isAlive, login, postLogin, postRefresh, refresh } from './vocabulary.js';

/** What the application's hook returns next. */
let returned: unknown;

/** A hook as JavaScript may write it, where no compiler has looked. */
const hooks: object = { accessTokenClaims: () => returned };

const circle: Record<string, unknown> = {};
circle['itself'] = circle;

/** @see issue 11 */
describe.each(PLATFORMS)('on %s, claims of the application that are no claims', (platform) => {
  let host: Host;

  beforeAll(async () => {
    host = await startHost({
      platform,
      auth: Object.assign({}, hooks),
      configure: (app) => app.useLogger(false),
    });
  });
  beforeEach(() => {
    returned = {};
  });
  afterAll(() => host.close());

  it.each([
    ['a string', 'admin'],
    ['a list', ['admin']],
    ['a number', 7],
    ['null', null],
    ['the promise of a string', Promise.resolve('admin')],
    ['a bigint in them', { count: 7n }],
    ['a circle', circle],
    ['a name of ours', { sub: '2' }],
  ])('fail before a session opens or rotates: %s', async (_what, claims) => {
    const pair = await login(host);
    const sessions = host.dataSource.getRepository(RefreshToken);
    const before = await sessions.count();

    returned = claims;
    expect((await postLogin(host)).status).toBe(500);
    expect(await sessions.count()).toBe(before);
    expect((await postRefresh(host, pair.refresh_token)).status).toBe(500);

    returned = {};
    const next = await refresh(host, pair.refresh_token);
    expect(decode(next.refresh_token).claims['gen']).toBe(1);
    expect(await isAlive(host, next)).toBe(true);
  });
});
