import { generateKeyPairSync } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { loginAt, startOAuthHost } from './oauth-host.js';

const pem = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();

it('another service verifies access tokens by the published keys, with jose alone', async () => {
  const host = await startOAuthHost('express', {
    accessSecret: undefined,
    accessPrivateKey: [pem(), pem()],
  });
  const { access_token, session_id } = await loginAt(host);
  const { body } = await host.http().get('/.well-known/oauth-authorization-server');

  const keys = createRemoteJWKSet(new URL(body.jwks_uri));
  const { payload } = await jwtVerify(access_token, keys, {
    issuer: host.url,
    audience: 'nestjs-baton',
    typ: 'at+jwt',
    currentDate: new Date(host.clock.nowMs()),
  });
  expect(payload['sid']).toBe(session_id);
  await host.close();
});
