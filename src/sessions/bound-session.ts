import { InvalidDpopProofError } from '../errors.js';
import { type RegisteredClaims, boundKeyOf } from '../tokens/claims.js';

/**
 * @param jkt the thumbprint of the key that was proved together with a token; null where none was
 * @throws InvalidDpopProofError when the token's session is bound to another one
 */
export function assertProven(claims: Pick<RegisteredClaims, 'cnf'>, jkt: string | null): void {
  const boundKey = boundKeyOf(claims);
  if (boundKey === null || boundKey === jkt) return;
  throw new InvalidDpopProofError('The token is bound to another key than was proved');
}
