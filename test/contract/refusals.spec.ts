import { AuthService } from 'nestjs-baton';
import { ACCESS_SECRET, REFRESH_SECRET } from '../host/start-host.js';
import { decode, forge, unsigned } from './jwt.js';
import {
  EXPIRED_REFRESH,
  INVALID_REFRESH,
  MISSING_REFRESH,
  REUSED,
  answer,
  error,
  isAlive,
  login,
  logout,
  onEveryHost,
  postRefresh,
  refresh,
  refreshing,
  revokedFor,
  use,
} from './vocabulary.js';

const DAY = 86_400;

/** What is not a refresh token of this application, forged by somebody who has the refresh secret. */
const CHANGES = [
  ['for another audience', { claims: { aud: 'another' } }],
  ['of another issuer', { claims: { iss: 'another' } }],
  ['of an unknown session', { claims: { sid: '0192f0c1-0000-7000-8000-000000000000' } }],
  ['of a session that is no UUID', { claims: { sid: "' OR 1=1 --" } }],
  ['of an unknown user', { claims: { sub: 'nobody' } }],
  ['of typ JWT', { header: { typ: 'JWT' } }],
  ['of typ at+jwt', { header: { typ: 'at+jwt' } }],
  ['without typ', { header: { typ: undefined } }],
  ['without kid', { header: { kid: undefined } }],
  ['with an unknown kid', { header: { kid: 'unknown' } }],
  ['with a kid of another type', { header: { kid: 7 } }],
  ['without sid', { claims: { sid: undefined } }],
  ['without exp', { claims: { exp: undefined } }],
  ['with a gen that is no whole number', { claims: { gen: 0.5 } }],
  ['with a negative gen', { claims: { gen: -1 } }],
] as const;

onEveryHost({}, (stage) => {
  it.each([
    ['no body', undefined],
    ['an empty object', {}],
    ['null', { refresh_token: null }],
    ['an empty string', { refresh_token: '' }],
  ])('a refresh with %s for a token is invalid_request', async (_what, body) => {
    const request = stage.host.http().post('/auth/token/refresh').send(body);
    expect(await answer(request)).toEqual(MISSING_REFRESH);
  });

  it.each([[7], [true], [['a', 'b']], [{ token: 'a' }]])(
    'a refresh token of the wrong type is invalid_request: %j',
    async (refresh_token) => {
      const request = stage.host.http().post('/auth/token/refresh').send({ refresh_token });
      const refused = error(400, 'invalid_request', 'refresh_token takes a string');
      expect(await answer(request)).toEqual(refused);
    },
  );

  it.each(CHANGES)('a refresh token %s is invalid_token', async (_what, changed) => {
    const pair = await login(stage.host);
    const forged = forge(pair.refresh_token, changed);
    expect(await refreshing(stage.host, forged)).toEqual(INVALID_REFRESH);
    expect(await isAlive(stage.host, pair)).toBe(true);
  });

  it.each([
    ['rubbish', () => 'rubbish'],
    ['a JSON object', () => '{"sub":"1"}'],
    ['an access token', (_token: string, access: string) => access],
    [
      'an access token that calls itself a refresh token',
      (token: string, access: string) =>
        forge(access, { header: { ...decode(token).header } }, { secret: ACCESS_SECRET }),
    ],
    ['one without its signature', (token: string) => token.replace(/[^.]*$/, '')],
    ['one with alg none', (token: string) => unsigned(token)],
    [
      'one with alg swapped for HS512 under the same secret',
      (token: string) => forge(token, { header: { alg: 'HS512' } }, { digest: 'sha512' }),
    ],
    [
      'one signed with the access secret',
      (token: string) => forge(token, {}, { secret: ACCESS_SECRET }),
    ],
    [
      'a forged one past its lifetime',
      (token: string) => forge(token, { claims: { exp: 1 } }, { secret: `${REFRESH_SECRET}!` }),
    ],
    ['one with a space behind it', (token: string) => `${token} `],
  ])('%s is invalid_token at a refresh', async (_what, tokenFrom) => {
    const pair = await login(stage.host);
    const presented = tokenFrom(pair.refresh_token, pair.access_token);
    const response = await postRefresh(stage.host, presented);
    expect(await answer(Promise.resolve(response))).toEqual(INVALID_REFRESH);
    expect(response.headers['www-authenticate']).toBe(
      'Bearer realm="nestjs-baton", error="invalid_token", error_description="Invalid refresh token"',
    );
    expect(await isAlive(stage.host, pair)).toBe(true);
  });

  it('a forgery that changes nothing is the token itself', async () => {
    const { refresh_token } = await login(stage.host);
    expect(forge(refresh_token, {})).toBe(refresh_token);
  });

  it('a refresh token past its lifetime is token_expired, without leeway', async () => {
    const early = await login(stage.host);
    const late = await login(stage.host);
    stage.host.clock.turn(7 * DAY - 0.001);
    await refresh(stage.host, early.refresh_token);
    stage.host.clock.turn(0.001);
    expect(await refreshing(stage.host, late.refresh_token)).toEqual(EXPIRED_REFRESH);
  });

  it('a token past its own lifetime revokes nothing, spent ones included', async () => {
    const first = await login(stage.host);
    const second = await refresh(stage.host, first.refresh_token);
    stage.host.clock.turn(6 * DAY);
    const third = await refresh(stage.host, second.refresh_token);
    stage.host.clock.turn(1 * DAY);
    expect(await refreshing(stage.host, first.refresh_token)).toEqual(EXPIRED_REFRESH);
    expect(await refreshing(stage.host, second.refresh_token)).toEqual(EXPIRED_REFRESH);
    await refresh(stage.host, third.refresh_token);
  });

  it('a token past its own lifetime is token_expired though its session was revoked', async () => {
    const pair = await login(stage.host);
    await logout(stage.host, pair);
    stage.host.clock.turn(7 * DAY);
    expect(await refreshing(stage.host, pair.refresh_token)).toEqual(EXPIRED_REFRESH);
  });

  it('session_revoked tells a refresh the reason that the application gave', async () => {
    const pair = await login(stage.host);
    const auth = stage.host.app.get(AuthService);
    await auth.revokeSession('1', pair.session_id, 'laptop_stolen');
    expect(await refreshing(stage.host, pair.refresh_token)).toEqual(revokedFor('laptop_stolen'));
  });

  it('session_revoked wins over token_reused', async () => {
    const first = await login(stage.host);
    const second = await refresh(stage.host, first.refresh_token);
    await use(stage.host, await refresh(stage.host, second.refresh_token));
    expect(await refreshing(stage.host, first.refresh_token)).toEqual(REUSED);
    for (const { refresh_token } of [first, second]) {
      expect(await refreshing(stage.host, refresh_token)).toEqual(revokedFor('reuse'));
    }
  });

  it('a repeat within the grace period is refused once the session was revoked', async () => {
    const first = await login(stage.host);
    await logout(stage.host, await refresh(stage.host, first.refresh_token));
    expect(await refreshing(stage.host, first.refresh_token)).toEqual(revokedFor('logout'));
  });

  it('a user who is deleted between refreshes is refused, at guarded routes of the module too', async () => {
    await stage.host.users.add('carol', 'the password of carol');
    const fields = { username: 'carol', password: 'the password of carol' };
    const pair = await login(stage.host, fields);
    stage.host.users.remove('carol');
    const me = stage.host.http().get('/auth/me').auth(pair.access_token, { type: 'bearer' });
    expect((await me).body.error).toBe('invalid_token');
    expect(await refreshing(stage.host, pair.refresh_token)).toEqual(INVALID_REFRESH);
  });
});

onEveryHost({ auth: { sessionTtl: '1h', refreshTtl: '40m' } }, (stage) => {
  it('a session past its absolute lifetime is token_expired, whichever of its tokens comes', async () => {
    const first = await login(stage.host);
    stage.host.clock.turn(2000);
    const second = await refresh(stage.host, first.refresh_token);
    expect(second.refresh_token_expires_in).toBe(1600);
    stage.host.clock.turn(1600);
    expect(await refreshing(stage.host, first.refresh_token)).toEqual(EXPIRED_REFRESH);
    expect(await refreshing(stage.host, second.refresh_token)).toEqual(EXPIRED_REFRESH);
  });
});
