import { createHash } from 'node:crypto';
import { ACCESS_SECRET, REFRESH_SECRET } from '../host/start-host.js';
import { decode, hmac } from './jwt.js';
import { login, onEveryHost, postRefresh, refresh } from './vocabulary.js';

onEveryHost({}, (stage) => {
  const nowSeconds = () => Math.floor(stage.host.clock.nowMs() / 1000);

  it('an access token is a JWT with typ at+jwt, kid and exactly the claims of the contract', async () => {
    const pair = await login(stage.host);
    const { header, claims } = decode(pair.access_token);
    expect(header).toEqual({ alg: 'HS256', typ: 'at+jwt', kid: expect.any(String) });
    expect(claims).toEqual({
      iss: 'nestjs-baton',
      aud: 'nestjs-baton',
      sub: '1',
      sid: pair.session_id,
      gen: 0,
      jti: expect.any(String),
      iat: nowSeconds(),
      exp: nowSeconds() + 900,
    });
  });

  it('a refresh token is a JWT with typ rt+jwt, kid and the claims of the contract', async () => {
    const pair = await login(stage.host);
    const { header, claims } = decode(pair.refresh_token);
    expect(header).toEqual({ alg: 'HS256', typ: 'rt+jwt', kid: expect.any(String) });
    expect(claims).toMatchObject({
      iss: 'nestjs-baton',
      aud: 'nestjs-baton',
      sub: '1',
      sid: pair.session_id,
      gen: 0,
      jti: expect.any(String),
      iat: nowSeconds(),
      exp: nowSeconds() + 604_800,
    });
  });

  it('each kind of token is signed with HS256 over the UTF-8 bytes of its own secret', async () => {
    const { access_token, refresh_token } = await login(stage.host);
    for (const [token, secret] of [
      [access_token, ACCESS_SECRET],
      [refresh_token, REFRESH_SECRET],
    ] as const) {
      const end = token.lastIndexOf('.');
      expect(token.slice(end + 1)).toBe(hmac(token.slice(0, end), secret));
    }
  });

  it('a kid tells the keys apart and is no plain digest of its key', async () => {
    const { access_token, refresh_token } = await login(stage.host);
    const kids = [access_token, refresh_token].map((token) => String(decode(token).header['kid']));
    expect(new Set(kids).size).toBe(2);
    for (const secret of [ACCESS_SECRET, REFRESH_SECRET]) {
      for (const algorithm of ['md5', 'sha1', 'sha256', 'sha512']) {
        const digest = createHash(algorithm).update(secret).digest();
        for (const kid of kids) {
          expect(digest.toString('base64url')).not.toContain(kid);
          expect(digest.toString('hex')).not.toContain(kid);
        }
      }
    }
  });

  it('gen is 0 at login, one more for each new refresh token, the same for a repeated one', async () => {
    const first = await login(stage.host);
    const second = await refresh(stage.host, first.refresh_token);
    const repeated = await refresh(stage.host, first.refresh_token);
    const third = await refresh(stage.host, second.refresh_token);
    const pairs = [first, second, repeated, third];
    expect(pairs.map((pair) => decode(pair.refresh_token).claims['gen'])).toEqual([0, 1, 1, 2]);
    expect(pairs.map((pair) => decode(pair.access_token).claims['gen'])).toEqual([0, 1, 1, 2]);
  });

  it('every token has a jti of its own', async () => {
    const first = await login(stage.host);
    const second = await refresh(stage.host, first.refresh_token);
    const repeated = await refresh(stage.host, first.refresh_token);
    const tokens = [first, second, repeated].map((pair) => pair.access_token);
    const jtis = [...tokens, first.refresh_token, second.refresh_token].map(
      (token) => decode(token).claims['jti'],
    );
    expect(new Set(jtis).size).toBe(5);
  });

  it('a refresh token lives 7 days from its own issue, never past the absolute end of 30 days', async () => {
    const day = 86_400;
    const startedAt = nowSeconds();
    let pair = await login(stage.host);
    for (const [daysGone, daysLeft] of [
      [6, 7],
      [12, 7],
      [18, 7],
      [24, 6],
      [29, 1],
    ] as const) {
      stage.host.clock.turn(startedAt + daysGone * day - nowSeconds());
      pair = await refresh(stage.host, pair.refresh_token);
      expect(pair.refresh_token_expires_in).toBe(daysLeft * day);
      expect(decode(pair.refresh_token).claims['exp']).toBe(nowSeconds() + daysLeft * day);
    }
    stage.host.clock.turn(day);
    expect((await postRefresh(stage.host, pair.refresh_token)).body.error).toBe('token_expired');
  });
});

const CYRILLIC = 'секрет доступа: больше 32 байт';

onEveryHost(
  { auth: { issuer: 'https://id.example', audience: 'the api', accessSecret: CYRILLIC } },
  (stage) => {
    it('iss and aud are what the application says, and the HMAC key is UTF-8', async () => {
      const { access_token, refresh_token } = await login(stage.host);
      const expected = { iss: 'https://id.example', aud: 'the api' };
      expect(decode(access_token).claims).toMatchObject(expected);
      expect(decode(refresh_token).claims).toMatchObject(expected);
      const end = access_token.lastIndexOf('.');
      expect(access_token.slice(end + 1)).toBe(hmac(access_token.slice(0, end), CYRILLIC));
    });
  },
);
