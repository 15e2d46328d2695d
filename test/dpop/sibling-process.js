// One of several processes that share a session and a key, each with a copy of the tokens of its own.
import { createHash, randomUUID } from 'node:crypto';
import { SignJWT, importJWK } from 'jose';

let url, alg, privateKey, publicJwk, pair;

async function proof(htm, path, token) {
  const ath = token && createHash('sha256').update(token).digest('base64url');
  return new SignJWT({ jti: randomUUID(), htm, htu: url + path, ath })
    .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk: publicJwk })
    .setIssuedAt()
    .sign(privateKey);
}

async function start({ url: of, jwk, pair: copy }) {
  const { kty, crv, x, y } = jwk;
  [url, alg, pair] = [of, jwk.alg, copy];
  privateKey = await importJWK(jwk, alg);
  publicJwk = { kty, crv, x, y };
}

async function refresh() {
  const refreshProof = await proof('POST', '/auth/token/refresh');
  const presented = pair.refresh_token;
  const refreshed = await fetch(`${url}/auth/token/refresh`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', DPoP: refreshProof },
    body: JSON.stringify({ refresh_token: presented }),
  });
  const body = await refreshed.json();
  if (!refreshed.ok) return { status: refreshed.status, body };
  pair = body;
  const used = await fetch(`${url}/auth/me`, {
    headers: {
      Authorization: `DPoP ${pair.access_token}`,
      DPoP: await proof('GET', '/auth/me', pair.access_token),
    },
  });
  return { status: used.status, body: await used.json(), pair, presented, refreshProof };
}

process.on('message', async ({ kind, ...rest }) => {
  if (kind === 'start') await start(rest);
  process.send(kind === 'start' ? {} : await refresh());
});
