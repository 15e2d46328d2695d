import { AuthService, InvalidDpopProofError } from 'nestjs-baton';
import { KeyHolder, type ProofChanges } from '../host/key-holder.js';
import { type Host, PLATFORMS, startHost } from '../host/start-host.js';
import { TurnedClock } from '../host/turned-clock.js';
import {
  getMeWith,
  isAliveWith,
  loginWith,
  refreshWith,
  refreshingWith,
  sendWith,
} from './dpop-vocabulary.js';
import { answer, postLogin, postRefresh } from './vocabulary.js';

describe.each(PLATFORMS)('proofs with %s', (platform) => {
  const clock = new TurnedClock();
  const owner = new KeyHolder(clock);
  const nowSeconds = () => clock.nowMs() / 1000;
  const start = (auth: object, extras = {}): Promise<Host> =>
    startHost({ platform, auth: { clock, dpop: 'allowed', ...auth }, extras });

  it.each<[string, () => ProofChanges]>([
    ['another method', () => ({ claims: { htm: 'POST' } })],
    ['a method in lower case', () => ({ claims: { htm: 'get' } })],
    ['another path', () => ({ claims: { htu: 'http://127.0.0.1/auth/sessions' } })],
    ['another host', () => ({ claims: { htu: 'http://evil.example/auth/me' } })],
    ['a path alone', () => ({ claims: { htu: '/auth/me' } })],
    ['61 seconds ago', () => ({ claims: { iat: nowSeconds() - 61 } })],
    ['61 seconds from now', () => ({ claims: { iat: nowSeconds() + 61 } })],
    ['another access token', () => ({ claims: { ath: 'A'.repeat(43) } })],
    ['no access token', () => ({ claims: { ath: undefined } })],
    ['another typ', () => ({ header: { typ: 'JWT' } })],
  ])('a proof for %s is refused, and challenged as RFC 9449 says', async (_what, changes) => {
    const host = await start({});
    const pair = await loginWith(owner, host);
    const refused = await getMeWith(owner, host, pair.access_token, changes());
    expect(refused.status).toBe(401);
    expect(refused.headers['x-auth-error']).toBe('invalid_dpop_proof');
    expect(refused.headers['www-authenticate']).toMatch(
      /^DPoP realm="nestjs-baton", error="invalid_dpop_proof", error_description="[^"]+", algs="ES256 EdDSA Ed25519 RS256"$/,
    );
    expect(await isAliveWith(owner, host, pair)).toBe(true);
    await host.close();
  });

  it.each(['/auth/token/refresh', '/auth/oauth/token'])(
    'tries by a thief who has no key count as no guesses at %s: he may share the owner’s address',
    async (path) => {
      const attempts = { perAddress: 1 };
      const host = await start({ attempts, issuer: 'http://127.0.0.1' }, { oauth: true });
      const { refresh_token } = await loginWith(owner, host);
      const form = { grant_type: 'refresh_token', refresh_token };
      const codes = new Set<string>();
      for (let tries = 0; tries < 40; tries += 1) {
        const tried = host
          .http()
          .post(path)
          .type(path.includes('oauth') ? 'form' : 'json');
        codes.add((await tried.send(form)).body.error);
      }
      expect(codes).toEqual(new Set(['invalid_dpop_proof']));
      expect((await refreshingWith(owner, host, refresh_token)).status).toBe(200);
      await host.close();
    },
  );

  it('a proof of a minute ago, with a query and another spelling of the URL, is taken', async () => {
    const host = await start({});
    const { access_token } = await loginWith(owner, host);
    const htu = `${host.url.replace('http', 'HTTP')}/auth/%6de?page=1#top`;
    const claims = { htu, iat: nowSeconds() - 60 };
    expect((await getMeWith(owner, host, access_token, { claims })).status).toBe(200);
    await host.close();
  });

  it('where a proof is required an application opens no session without a key either', async () => {
    const host = await start({ dpop: 'required' });
    const auth = host.app.get(AuthService);
    const ann = { id: '1', username: 'ann' };
    await expect(auth.openSession(ann)).rejects.toThrow(InvalidDpopProofError);
    expect(await auth.sessions('1')).toEqual([]);
    const { session_id } = await auth.openSession(ann, undefined, { jkt: await owner.jkt() });
    expect(await auth.sessions('1')).toMatchObject([{ id: session_id }]);
    await host.close();
  });

  it('two proofs are none', async () => {
    const host = await start({});
    const { refresh_token } = await loginWith(owner, host);
    const url = `${host.url}/auth/token/refresh`;
    const proofs = [await owner.proof('POST', url), await owner.proof('POST', url)];
    const refused = await answer(postRefresh(host, refresh_token).set('DPoP', proofs.join(', ')));
    expect(refused.body).toMatchObject({ error: 'invalid_dpop_proof' });
    await host.close();
  });

  it('behind a proxy that changes the path, htu is what publicUrl says', async () => {
    const host = await start({ publicUrl: 'https://api.example.com/backend/' });
    const body = { username: 'ann', password: 'correct horse battery staple' };
    const login = ['post', '/auth/login'] as const;
    const changes = { claims: { htu: 'https://api.example.com/backend/auth/login' } };
    expect((await sendWith(owner, host, login, { body, changes })).status).toBe(200);
    expect((await sendWith(owner, host, login, { body })).status).toBe(401);
    await host.close();
  });

  it('a login without a proof is refused before its password is looked at where one is required', async () => {
    const host = await start({ dpop: 'required' });
    const refused = await answer(postLogin(host, { password: 'wrong' }));
    expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_dpop_proof' } });
    expect(await isAliveWith(owner, host, await loginWith(owner, host))).toBe(true);
    await host.close();
  });

  it('where proofs are off nobody’s is looked at, and what is bound stays bound', async () => {
    const host = await start({ dpop: 'off' });
    const login = await answer(postLogin(host).set('DPoP', 'anything'));
    expect(login).toMatchObject({ status: 200, body: { token_type: 'Bearer' } });
    await host.close();
  });

  it('a proof without the server’s nonce is told of one, and the next one before it ends', async () => {
    const host = await start({ dpopNonce: true });
    const body = { username: 'ann', password: 'correct horse battery staple' };
    const login = ['post', '/auth/login'] as const;
    const asked = await sendWith(owner, host, login, { body });
    expect(asked.status).toBe(401);
    expect(asked.body).toMatchObject({ error: 'use_dpop_nonce' });
    expect(asked.headers['www-authenticate']).toMatch(/^DPoP .*error="use_dpop_nonce"/);
    const first = { claims: { nonce: asked.headers['dpop-nonce'] } };
    const pair = (await sendWith(owner, host, login, { body, changes: first })).body;
    clock.turn(120);
    const told = await getMeWith(owner, host, pair.access_token, first);
    expect(told.status).toBe(200);
    const second = { claims: { nonce: told.headers['dpop-nonce'] } };
    expect(second).not.toEqual(first);
    clock.turn(120);
    expect((await getMeWith(owner, host, pair.access_token, first)).status).toBe(401);
    expect((await getMeWith(owner, host, pair.access_token, second)).status).toBe(200);
    await host.close();
  });

  it('without rotation a refresh token stays until half of its lifetime is over', async () => {
    const host = await start({ boundRotation: false });
    const first = await loginWith(owner, host);
    const kept = await refreshWith(owner, host, first.refresh_token);
    expect(kept.refresh_token).toBe(first.refresh_token);
    expect(kept.access_token).not.toBe(first.access_token);
    clock.turn(4 * 86_400);
    const next = await refreshWith(owner, host, first.refresh_token);
    expect(next.refresh_token).not.toBe(first.refresh_token);
    expect((await refreshingWith(owner, host, first.refresh_token)).status).toBe(200);
    await host.close();
  });

  it('a global guard and one of the route take the one proof of a request', async () => {
    const host = await start({}, { globalGuard: true });
    const pair = await loginWith(owner, host);
    expect(await isAliveWith(owner, host, pair)).toBe(true);
    await host.close();
  });
});
