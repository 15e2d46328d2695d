import { type OwnClaims, ownClaims, ownObject } from '../tokens/own-claims.js';
import type { AuthUser } from '../users/user-store.js';
import type { AuthHooks } from './auth-hooks.js';

/** What an application adds to a pair of tokens. */
export interface OwnParts {
  readonly claims: OwnClaims;
  /** Fields of the body, beside the pair's. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The fields that clients go by. */
const RESERVED = new Set([
  'access_token',
  'token_type',
  'expires_in',
  'refresh_token',
  'refresh_token_expires_in',
  'session_id',
  'error',
  'error_description',
]);

/**
 * Asked before anything is written, for the application may fail.
 *
 * @throws TypeError for what JSON cannot hold, or has a name that the module sets itself
 */
export async function ownPartsOf(
  { accessTokenClaims, responseFields }: Pick<AuthHooks, 'accessTokenClaims' | 'responseFields'>,
  user: AuthUser,
  route: 'login' | 'refresh',
): Promise<OwnParts> {
  const claims = ownClaims(await accessTokenClaims?.(user));
  const fields = await responseFields?.(user, route);
  return { claims, fields: ownObject(fields, 'responseFields', RESERVED) };
}
