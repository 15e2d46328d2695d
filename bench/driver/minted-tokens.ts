import { createHmac, randomBytes } from 'node:crypto';

/** The session of the n-th minted token; the harness puts a row for each into the table. */
export function mintedSessionId(n: number): string {
  return `01900000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
}

/** The claims that make a minted token another one. */
export interface MintedClaims {
  readonly sid?: string;
  readonly sub?: string;
  readonly gen?: number;
}

/**
 * Tokens that the server would have issued, signed here with its secret: a hundred thousand logins would
 * take longer than what is to be measured.
 *
 * @param genuine what is copied: its header, and the claims that are not given
 */
export function mintTokens(
  genuine: string,
  secret: string,
  tokens: readonly MintedClaims[],
): string[] {
  const [header = '', payload = ''] = genuine.split('.');
  const claims: object = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  return tokens.map((own) => {
    const jti = randomBytes(16).toString('base64url');
    const text = JSON.stringify({ ...claims, jti, ...own });
    const signed = `${header}.${Buffer.from(text).toString('base64url')}`;
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  });
}
