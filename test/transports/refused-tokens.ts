import { AuthService } from 'nestjs-baton';
import { PASSWORD, type Host } from '../host/start-host.js';

async function freshToken({ app }: Host): Promise<string> {
  const credentials = { username: 'ann', password: PASSWORD, ip: null };
  return (await app.get(AuthService).login(credentials)).access_token;
}

/** An access token that was good. */
export async function expiredToken(host: Host): Promise<string> {
  const token = await freshToken(host);
  host.clock.turn(901);
  return token;
}

/** An access token whose session was ended. */
export async function revokedToken(host: Host): Promise<string> {
  const token = await freshToken(host);
  await host.app.get(AuthService).logoutByAccessToken(token);
  return token;
}

/** Every kind of token that opens nothing, how a test comes by one, and what it is told on every transport. */
export const REFUSED_TOKENS = [
  ['missing', () => undefined, 'missing_token', 'Access token is missing'],
  ['foreign', () => 'a.b.c', 'invalid_token', 'Invalid access token'],
  ['expired', expiredToken, 'token_expired', 'Access token has expired'],
  ['revoked', revokedToken, 'session_revoked', 'Session has been revoked'],
] as const;
