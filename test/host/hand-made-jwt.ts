import { createHmac } from 'node:crypto';

/** Signs the first two parts of a token, as somebody would who is not our codec. */
export type Signer = (signed: string) => Buffer;

/** HMAC with whatever somebody took for the secret. */
export function hmacWith(secret: string | Buffer, digest = 'sha256'): Signer {
  return (signed) => createHmac(digest, secret).update(signed).digest();
}

/** Writes a token by hand, sensible or not. */
export function handMadeJwt(header: unknown, claims: unknown, sign: Signer): string {
  const signed = [header, claims].map(base64urlOf).join('.');
  return `${signed}.${sign(signed).toString('base64url')}`;
}

/** What anybody can read of a token. */
export function readJwt(token: string): {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
} {
  const [header = '', claims = ''] = token.split('.');
  return { header: parsed(header), claims: parsed(claims) };
}

function base64urlOf(part: unknown): string {
  const text = typeof part === 'string' ? part : JSON.stringify(part);
  return Buffer.from(text).toString('base64url');
}

function parsed(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
}
