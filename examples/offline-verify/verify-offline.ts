import { createRemoteJWKSet, jwtVerify } from 'jose';

/** Verifies access tokens of the server at `url` by the keys that it publishes; nothing else is asked of it. */
export function verifierOf(url: string, issuer = 'nestjs-baton', audience = 'nestjs-baton') {
  const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', url));
  return async (token: string) =>
    (await jwtVerify(token, keys, { issuer, audience, typ: 'at+jwt' })).payload;
}
