import type { TokenPairBody } from 'nestjs-baton';
import { ACCESS_SECRET, REFRESH_SECRET } from '../host/start-host.js';
import { decode, forge, unsigned } from './jwt.js';
import {
  EXPIRED_ACCESS,
  INVALID_ACCESS,
  MISSING_ACCESS,
  MISSING_REFRESH,
  REVOKED,
  answer,
  getMe,
  login,
  logout,
  me,
  onEveryHost,
  refresh,
  use,
} from './vocabulary.js';

const GUARDED = [
  ['post', '/auth/logout/all'],
  ['post', '/auth/logout/others'],
  ['get', '/auth/sessions'],
  ['delete', '/auth/sessions/0192f0c1-0000-7000-8000-000000000000'],
  ['get', '/auth/me'],
] as const;

const challenge = (description: string): string =>
  `Bearer realm="nestjs-baton", error="invalid_token", error_description="${description}"`;

const inHeaderOf = (pair: TokenPairBody) => String(decode(pair.access_token).header['kid']);

/** What is not an access token of this application, made from a pair that is genuine. */
const NOT_ACCESS_TOKENS: readonly (readonly [string, (pair: TokenPairBody) => string])[] = [
  ['rubbish', () => 'rubbish'],
  ['three dots', () => '...'],
  ['a refresh token', ({ refresh_token }) => refresh_token],
  [
    'a refresh token that calls itself an access token',
    ({ refresh_token }) => forge(refresh_token, { header: { typ: 'at+jwt' } }),
  ],
  [
    'a refresh token under the kid of access tokens',
    (pair) => forge(pair.refresh_token, { header: { typ: 'at+jwt', kid: inHeaderOf(pair) } }),
  ],
  [
    'one signed with the refresh secret',
    ({ access_token }) => forge(access_token, {}, { secret: REFRESH_SECRET }),
  ],
  ['one without a signature', ({ access_token }) => access_token.replace(/[^.]*$/, '')],
  ['one with alg none', ({ access_token }) => unsigned(access_token)],
  ...(
    [
      ['one for another audience', { claims: { aud: 'another' } }],
      ['one of another issuer', { claims: { iss: 'another' } }],
      ['one of another typ', { header: { typ: 'JWT' } }],
      ['one without typ', { header: { typ: undefined } }],
      ['one without kid', { header: { kid: undefined } }],
      ['one with an unknown kid', { header: { kid: 'unknown' } }],
      ['one without exp', { claims: { exp: undefined } }],
    ] as const
  ).map(
    ([what, changed]) =>
      [
        what,
        ({ access_token }: TokenPairBody) =>
          forge(access_token, changed, { secret: ACCESS_SECRET }),
      ] as const,
  ),
];

onEveryHost({}, (stage) => {
  it('GET /auth/me says who the access token speaks for', async () => {
    const pair = await login(stage.host, { username: 'bob' });
    const response = await getMe(stage.host, pair.access_token);
    expect(response.status).toBe(200);
    expect(response.body).toEqual({ id: '2', username: 'bob', session_id: pair.session_id });
  });

  it.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])(
    'the scheme Bearer is matched without regard to case: %s',
    async (scheme) => {
      const { access_token } = await login(stage.host);
      const request = stage.host.http().get('/auth/me');
      expect((await request.set('Authorization', `${scheme} ${access_token}`)).status).toBe(200);
    },
  );

  it.each(GUARDED)('%s %s without a Bearer token is missing_token', async (method, path) => {
    const response = await stage.host.http()[method](path);
    expect(await answer(Promise.resolve(response))).toEqual(MISSING_ACCESS);
    expect(response.headers['www-authenticate']).toBe('Bearer realm="nestjs-baton"');
  });

  it.each(GUARDED)('%s %s of a revoked session is session_revoked', async (method, path) => {
    const pair = await login(stage.host);
    await logout(stage.host, pair);
    const request = stage.host.http()[method](path);
    const response = await request.auth(pair.access_token, { type: 'bearer' });
    expect(await answer(Promise.resolve(response))).toEqual(REVOKED);
    expect(response.headers['www-authenticate']).toBe(challenge('Session has been revoked'));
  });

  it.each(['Basic YW5uOnBhc3N3b3Jk', 'Bearer', 'Bearer ', 'Token abc'])(
    'the header "Authorization: %s" carries no Bearer token',
    async (header) => {
      const request = stage.host.http().get('/auth/me').set('Authorization', header);
      expect(await answer(request)).toEqual(MISSING_ACCESS);
    },
  );

  it.each(NOT_ACCESS_TOKENS)('%s is invalid_token at a guarded route', async (_what, tokenFrom) => {
    const pair = await login(stage.host);
    const response = await getMe(stage.host, tokenFrom(pair));
    expect(await answer(Promise.resolve(response))).toEqual(INVALID_ACCESS);
    expect(response.headers['www-authenticate']).toBe(challenge('Invalid access token'));
    await use(stage.host, pair);
  });

  it('the forgeries of this suite differ from a genuine token in nothing else', async () => {
    const { access_token } = await login(stage.host);
    const copy = forge(access_token, {}, { secret: ACCESS_SECRET });
    expect(copy).toBe(access_token);
    const other = forge(access_token, { claims: { jti: 'other' } }, { secret: ACCESS_SECRET });
    expect((await me(stage.host, other)).status).toBe(200);
  });

  it.each([
    ['seen before', true],
    ['seen for the first time', false],
  ])('expiry has no leeway for an access token %s', async (_what, seenBefore) => {
    const pair = await login(stage.host);
    if (seenBefore) await use(stage.host, pair);
    stage.host.clock.turn(899.999);
    if (seenBefore) await use(stage.host, pair);
    stage.host.clock.turn(0.001);
    const response = await getMe(stage.host, pair.access_token);
    expect(await answer(Promise.resolve(response))).toEqual(EXPIRED_ACCESS);
    expect(response.headers['www-authenticate']).toBe(challenge('Access token has expired'));
  });

  it('a token past its own lifetime is token_expired though its session was revoked', async () => {
    const pair = await login(stage.host);
    await logout(stage.host, pair);
    stage.host.clock.turn(900);
    expect(await me(stage.host, pair.access_token)).toEqual(EXPIRED_ACCESS);
  });

  it('an older access token is good until it expires', async () => {
    const first = await login(stage.host);
    const second = await refresh(stage.host, first.refresh_token);
    await use(stage.host, second);
    expect((await me(stage.host, first.access_token)).status).toBe(200);
  });

  it('tokens are never taken from a query string', async () => {
    const { access_token, refresh_token } = await login(stage.host);
    const query = { access_token, refresh_token, token: access_token };
    const http = () => stage.host.http();
    expect(await answer(http().get('/auth/me').query(query))).toEqual(MISSING_ACCESS);
    expect(await answer(http().post('/auth/token/refresh').query(query))).toEqual(MISSING_REFRESH);
    expect(await answer(http().post('/auth/logout').query(query))).toEqual(MISSING_ACCESS);
  });

  it('an access token is not taken from the body or from a cookie', async () => {
    const { access_token } = await login(stage.host);
    const request = stage.host.http().post('/auth/logout/all').send({ access_token });
    const cookie = `access_token=${access_token}; baton_access=${access_token}`;
    expect(await answer(request.set('Cookie', cookie))).toEqual(MISSING_ACCESS);
  });
});
