import type { INestApplicationContext } from '@nestjs/common';
import { AuthService } from '../auth/auth.service.js';
import type { AuthUser } from '../users/user-store.js';

/**
 * An access token of a new session of this user, without a password: for requests to an application that is
 * tested as a whole, with its guards.
 */
export async function accessTokenFor(
  app: Pick<INestApplicationContext, 'get'>,
  user: AuthUser,
): Promise<string> {
  const pair = await app.get(AuthService, { strict: false }).openSession(user);
  return pair.access_token;
}
