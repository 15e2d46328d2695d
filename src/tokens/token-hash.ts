import { hash } from 'node:crypto';

/** SHA-256 of a token, base64url: how the database knows a refresh token. */
export function hashOf(token: string): string {
  return hash('sha256', token, 'base64url');
}
