import { claimsOf } from './claims.js';
import { BatonError } from './errors.js';

/** Whether an access token is of a session that is bound to a key. @see RFC 9449 section 6.1 */
export function isBound(token: string): boolean {
  return 'cnf' in claimsOf(token);
}

/**
 * What is told in place of sending a bound token where its key cannot be proved: the server would refuse it.
 *
 * @param remedy what to do instead
 */
export function sessionBound(remedy: string): BatonError {
  return new BatonError('session_bound', {}, `The session is bound to a key (DPoP): ${remedy}`);
}

/** Of connections, whose messages have no address that a proof could be for. */
export const NO_PROOF =
  'the server takes no token of it from a socket; ask for its data by baton.fetch';
