import { AuthError, AuthService, type SessionOrigin } from 'nestjs-baton';
import { SeenTokens } from '../../src/sessions/seen-tokens.js';
import { hmacWith, handMadeJwt, readJwt } from '../host/hand-made-jwt.js';
import { ACCESS_SECRET, REFRESH_SECRET } from '../host/start-host.js';
import {
  INVALID_ACCESS,
  INVALID_REFRESH,
  isAlive,
  login,
  me,
  newcomer,
  onEveryHost,
  refresh,
  refreshing,
  rowOf,
  use,
} from './vocabulary.js';

const ORIGIN: SessionOrigin = { ip: null, userAgent: null, deviceName: null };
const HALF_A_PAIR = '\ud83d';

/** What no column of a user's identifier can hold. */
const IMPOSSIBLE_IDS = [
  ['that is empty', ''],
  ['of 256 characters', 'x'.repeat(256)],
  ['with a NUL', 'a\0b'],
  ['with half a surrogate pair', HALF_A_PAIR],
] as const;

const IMPOSSIBLE_REASONS = [
  ['of 65 characters', 'x'.repeat(65)],
  ['with a NUL', 'a\0b'],
] as const;

/** What the caller got wrong is told to the caller by name, and is no outage. @see issue 11 */
onEveryHost({}, (stage) => {
  const auth = () => stage.host.app.get(AuthService);
  const user = { id: 'x', username: 'x' };

  it.each(IMPOSSIBLE_IDS)('a user id %s is an error of the caller', async (_what, id) => {
    const faults = [
      auth().openSession({ ...user, id }),
      auth().sessions(id),
      auth().revokeSession(id, '0192f0c1-0000-7000-8000-000000000000'),
      auth().revokeSessions(id),
    ];
    for (const fault of faults) {
      await expect(fault).rejects.toThrow(TypeError);
      await expect(fault).rejects.toThrow('A user id takes a string of 1 to 255 characters');
    }
  });

  it.each(IMPOSSIBLE_REASONS)('a reason %s is an error of the caller', async (_what, reason) => {
    const pair = await login(stage.host, await newcomer(stage.host));
    const { userId } = await rowOf(stage.host, pair);
    const faults = [
      auth().revokeSessions(userId, reason),
      auth().revokeSession(userId, pair.session_id, reason),
      auth().logout(pair.refresh_token, reason),
      auth().logoutByAccessToken(pair.access_token, reason),
    ];
    for (const fault of faults) {
      await expect(fault).rejects.toThrow(TypeError);
      await expect(fault).rejects.toThrow('A reason takes a string of 0 to 64 characters');
    }
    expect(await isAlive(stage.host, pair)).toBe(true);
  });

  it('what the columns can just hold is kept', async () => {
    const id = '🏃'.repeat(255);
    const deviceName = '📱'.repeat(128);
    const pair = await auth().openSession({ id, username: 'x' }, { ...ORIGIN, deviceName });
    const reason = '🏁'.repeat(64);
    await auth().revokeSessions(id, reason);
    expect(await rowOf(stage.host, pair)).toMatchObject({
      userId: id,
      deviceName,
      revokedReason: reason,
    });
  });

  it('a user id that is a number is its digits', async () => {
    const pair = await auth().openSession({ id: 4711, username: 'x' });
    expect(await auth().sessions('4711')).toHaveLength(1);
    await auth().revokeSessions(4711);
    expect((await rowOf(stage.host, pair)).revokedReason).toBe('logout');
  });

  it.each([
    ['a device name of 129 characters', { deviceName: 'x'.repeat(129) }],
    ['a device name with a NUL', { deviceName: 'a\0b' }],
    ['an address of 46 characters', { ip: '1'.repeat(46) }],
  ])('%s in an origin is an invalid request', async (_what, part) => {
    const opening = auth().openSession(user, { ...ORIGIN, ...part });
    await expect(opening).rejects.toBeInstanceOf(AuthError);
    await expect(opening).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('a user agent that is too long is cut', async () => {
    const userAgent = `${'x'.repeat(254)}🏃`;
    const pair = await auth().openSession(user, { ...ORIGIN, userAgent });
    expect((await rowOf(stage.host, pair)).userAgent).toBe(`${'x'.repeat(254)}\ufffd`);
  });

  it.each(['a\0b', 'x'.repeat(37), ''])(
    'there is no session %j, and nothing breaks',
    async (id) => {
      await expect(auth().revokeSession('1', id)).rejects.toMatchObject({ code: 'not_found' });
      await expect(auth().revokeSessions('1', 'logout', id)).rejects.toThrow(TypeError);
    },
  );

  it.each([
    ['a\0b', 1],
    ['0192f0c1-0000-7000-8000-000000000000', 2 ** 31],
    ['0192f0c1-0000-7000-8000-000000000000', Number.NaN],
  ])('confirm(%j, %j) is refused, and keeps nobody else from being confirmed', async (sid, gen) => {
    expect(() => auth().confirm(sid, gen)).toThrow(TypeError);
    const pair = await refresh(stage.host, (await login(stage.host)).refresh_token);
    await use(stage.host, pair);
    await stage.host.app.get(SeenTokens).flush();
    expect((await rowOf(stage.host, pair)).confirmedAtMs).not.toBeNull();
  });

  describe.each([
    ['a sid with a NUL', { sid: 'a\0b' }],
    ['a sid longer than any', { sid: 'x'.repeat(37) }],
    ['a sub with a NUL', { sub: 'a\0b' }],
    ['a sub longer than any', { sub: 'x'.repeat(256) }],
    ['a sub with half a surrogate pair', { sub: HALF_A_PAIR }],
    ['an empty sub', { sub: '' }],
    ['a gen beyond what is counted', { gen: 2 ** 31 - 1 }],
  ])('a token that was signed with %s', (_what, claims) => {
    const resigned = (token: string, secret: string): string => {
      const genuine = readJwt(token);
      return handMadeJwt(genuine.header, { ...genuine.claims, ...claims }, hmacWith(secret));
    };

    it('is an invalid token', async () => {
      const { access_token, refresh_token } = await login(stage.host);
      const access = resigned(access_token, ACCESS_SECRET);
      const spent = resigned(refresh_token, REFRESH_SECRET);
      expect(await me(stage.host, access)).toEqual(INVALID_ACCESS);
      expect(await refreshing(stage.host, spent)).toEqual(INVALID_REFRESH);
      const logout = stage.host.http().post('/auth/logout');
      expect((await logout.send({ refresh_token: spent })).body).toEqual(INVALID_REFRESH.body);
    });
  });
});
