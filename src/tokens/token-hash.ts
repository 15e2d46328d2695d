import { hash } from 'node:crypto';

/** SHA-256 of a token, base64url: how the database knows a refresh token, and the guard one that it has verified. */
export function hashOf(token: string): string {
  return hash('sha256', token, 'base64url');
}

/** A token as it came, hashed once however often it is looked for. */
export class HashedToken {
  readonly hash: string;

  constructor(readonly text: string) {
    this.hash = hashOf(text);
  }
}
