import { INVALID_REFRESH, isAlive, login, me, refreshing } from '../contract/vocabulary.js';
import type { TokenPairBody } from 'nestjs-baton';
import { QuickUsers } from '../host/quick-users.js';
import {
  ACCESS_SECRET,
  type Host,
  PLATFORMS,
  REFRESH_SECRET,
  startHost,
} from '../host/start-host.js';
import { FORGERIES } from './forgeries.js';

describe.each(PLATFORMS)('with %s, a forged token', (platform) => {
  let host: Host;
  let victim: TokenPairBody;
  let bystander: TokenPairBody;

  beforeAll(async () => {
    host = await startHost({ platform, users: new QuickUsers() });
    victim = await login(host);
    bystander = await login(host, { username: 'bob' });
  });
  afterAll(() => host.close());

  it.each(FORGERIES)('is refused as a refresh token: %s', async (_what, forge) => {
    const forged = forge(victim.refresh_token, REFRESH_SECRET);
    expect(forged).not.toBe(victim.refresh_token);
    expect(await refreshing(host, forged)).toEqual(INVALID_REFRESH);
  });

  it.each(FORGERIES)('is refused as an access token: %s', async (_what, forge) => {
    const forged = forge(victim.access_token, ACCESS_SECRET);
    expect(forged).not.toBe(victim.access_token);
    expect(await me(host, forged)).toMatchObject({ status: 401 });
  });

  it('of any of these kinds has harmed neither the session it imitates nor another', async () => {
    expect(await isAlive(host, victim)).toBe(true);
    expect(await isAlive(host, bystander)).toBe(true);
  });
});
