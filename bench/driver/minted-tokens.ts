import { createHmac, randomBytes } from 'node:crypto';

const WEEK_MS = 7 * 86_400_000;

/**
 * What the ids of minted sessions begin with. A UUID v7 says when its session was opened, and no token outlives
 * that: this week, so that the harness and its drivers, in processes of their own, agree.
 */
export const MINTED = prefixOf(Math.floor(Date.now() / WEEK_MS) * WEEK_MS);

function prefixOf(openedMs: number): string {
  const time = openedMs.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-`;
}

/** The session of the n-th minted token; the harness puts a row for each into the table. */
export function mintedSessionId(n: number): string {
  return `${MINTED}${n.toString(16).padStart(12, '0')}`;
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
