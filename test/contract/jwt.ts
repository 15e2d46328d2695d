import { createHmac } from 'node:crypto';
import { REFRESH_SECRET } from '../host/start-host.js';

/** The two readable parts of a JWT. */
export interface JwtParts {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');

function parsePart(part: string | undefined): Record<string, unknown> {
  return JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
}

/** Reads a token as anybody can, without its key. */
export function decode(token: string): JwtParts {
  const [header, claims] = token.split('.');
  return { header: parsePart(header), claims: parsePart(claims) };
}

/** A signature of HS256 (or its larger sister), base64url. */
export function hmac(signed: string, secret: string, digest = 'sha256'): string {
  return createHmac(digest, Buffer.from(secret, 'utf8')).update(signed).digest('base64url');
}

/**
 * Writes a token anew with some of its parts changed and signs it, with the refresh secret unless told
 * otherwise: what somebody could write who has the key.
 */
export function forge(
  token: string,
  changed: Partial<JwtParts>,
  { secret = REFRESH_SECRET, digest = 'sha256' } = {},
): string {
  const { header, claims } = decode(token);
  const signed = [
    encode({ ...header, ...changed.header }),
    encode({ ...claims, ...changed.claims }),
  ].join('.');
  return `${signed}.${hmac(signed, secret, digest)}`;
}

/** A token with `alg: none` and no signature. */
export function unsigned(token: string): string {
  const { header, claims } = decode(token);
  return `${encode({ ...header, alg: 'none' })}.${encode(claims)}.`;
}
