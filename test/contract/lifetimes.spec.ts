import { RefreshToken } from '../../src/sessions/refresh-token.entity.js';
import { ACCESS_SECRET, type Host } from '../host/start-host.js';
import { decode, forge } from './jwt.js';
import {
  EXPIRED_ACCESS,
  EXPIRED_REFRESH,
  getMe,
  isAlive,
  login,
  me,
  newcomer,
  onEveryHost,
  refresh,
  refreshing,
  rowOf,
  sessions,
  shareable,
  use,
} from './vocabulary.js';

const DAY = 86_400;

/** @see issue 11 */
onEveryHost(
  {},
  (stage) => {
    it('a shortened accessTtl acts on the access tokens that there are, remembered ones too', async () => {
      const shorter = await stage.another({ accessTtl: 60 });
      const [pair, unseen] = [await login(stage.host), await login(stage.host)];
      await use(shorter, pair);
      stage.host.clock.turn(59);
      await use(shorter, pair);
      stage.host.clock.turn(1);
      expect(await me(shorter, pair.access_token)).toEqual(EXPIRED_ACCESS);
      expect(await me(shorter, unseen.access_token)).toEqual(EXPIRED_ACCESS);
      await use(stage.host, pair);
    });

    it('a shortened refreshTtl acts on the refresh tokens that there are, and ends nothing', async () => {
      const shorter = await stage.another({ refreshTtl: 60 });
      const [pair, other] = [await login(stage.host), await login(stage.host)];
      stage.host.clock.turn(59);
      expect((await refresh(shorter, other.refresh_token)).refresh_token_expires_in).toBe(60);
      stage.host.clock.turn(1);
      expect(await refreshing(shorter, pair.refresh_token)).toEqual(EXPIRED_REFRESH);
      expect(await isAlive(stage.host, pair)).toBe(true);
    });

    it('a shortened sessionTtl acts on the sessions that there are', async () => {
      const shorter = await stage.another({ sessionTtl: 100 });
      const user = await newcomer(stage.host);
      const [pair, idle] = [await login(stage.host, user), await login(stage.host, user)];
      stage.host.clock.turn(40);
      const next = await refresh(shorter, pair.refresh_token);
      expect([next.expires_in, next.refresh_token_expires_in]).toEqual([60, 60]);
      expect((await refresh(shorter, pair.refresh_token)).refresh_token_expires_in).toBe(60);
      stage.host.clock.turn(60);
      expect(await me(shorter, pair.access_token)).toEqual(EXPIRED_ACCESS);
      expect(await me(shorter, next.access_token)).toEqual(EXPIRED_ACCESS);
      expect(await refreshing(shorter, next.refresh_token)).toEqual(EXPIRED_REFRESH);
      expect(await refreshing(shorter, idle.refresh_token)).toEqual(EXPIRED_REFRESH);
      const newer = await login(shorter, user);
      expect(await sessions(shorter, newer.access_token)).toHaveLength(1);
    });

    it('a repeat is answered byte for byte by an instance with other lifetimes', async () => {
      const shorter = await stage.another({ sessionTtl: 1000, refreshTtl: 500 });
      const { refresh_token } = await login(stage.host);
      const next = await refresh(stage.host, refresh_token);
      const again = await refresh(shorter, refresh_token);
      expect(again.refresh_token).toBe(next.refresh_token);
      expect(again.refresh_token_expires_in).toBe(500);
      expect(await isAlive(shorter, again)).toBe(true);
    });
  },
  shareable,
);

/** Gives a session less time than its tokens believe it has. */
async function shorten(host: Host, id: string, seconds: number): Promise<void> {
  const absoluteExpiresAtMs = host.clock.nowMs() + seconds * 1000;
  await host.dataSource.getRepository(RefreshToken).update({ id }, { absoluteExpiresAtMs });
}

onEveryHost({}, (stage) => {
  it('of the end of a session the row is believed, not the refresh token', async () => {
    const { refresh_token, session_id } = await login(stage.host);
    await shorten(stage.host, session_id, 60);
    const next = await refresh(stage.host, refresh_token);
    expect([next.expires_in, next.refresh_token_expires_in]).toEqual([60, 60]);
    const again = await refresh(stage.host, refresh_token);
    expect(again.refresh_token).toBe(next.refresh_token);
    stage.host.clock.turn(59);
    const last = await refresh(stage.host, next.refresh_token);
    expect([last.expires_in, last.refresh_token_expires_in]).toEqual([1, 1]);
    stage.host.clock.turn(1);
    expect(await refreshing(stage.host, last.refresh_token)).toEqual(EXPIRED_REFRESH);
    expect(await me(stage.host, last.access_token)).toEqual(EXPIRED_ACCESS);
  });

  it('a refresh token of a session whose row is past its end has expired', async () => {
    const { refresh_token, session_id } = await login(stage.host);
    await shorten(stage.host, session_id, 0);
    expect(await refreshing(stage.host, refresh_token)).toEqual(EXPIRED_REFRESH);
  });

  it('a token newer than its row does not lengthen the session either, whoever signed it', async () => {
    const pair = await login(stage.host);
    const { claims } = decode(pair.refresh_token);
    const far = Number(claims['exp']) + 365 * DAY;
    const ahead = forge(pair.refresh_token, { claims: { gen: 7, exp: far, session_exp: far } });
    const next = await refresh(stage.host, ahead);
    expect(decode(next.refresh_token).claims['session_exp']).toBe(claims['session_exp']);
    const { expiresAtMs, absoluteExpiresAtMs } = await rowOf(stage.host, pair);
    expect(expiresAtMs).toBeLessThanOrEqual(absoluteExpiresAtMs);
  });
});

onEveryHost({ auth: { accessTtl: '1h', sessionTtl: '10m' } }, (stage) => {
  it('no access token outlives its session, whoever signed it', async () => {
    const { access_token } = await login(stage.host);
    const exp = Number(decode(access_token).claims['iat']) + 3600;
    const foreign = forge(access_token, { claims: { exp } }, { secret: ACCESS_SECRET });
    stage.host.clock.turn(599);
    expect((await getMe(stage.host, foreign)).status).toBe(200);
    stage.host.clock.turn(1);
    expect(await me(stage.host, foreign)).toEqual(EXPIRED_ACCESS);
  });
});
