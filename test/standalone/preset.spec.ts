import { startInProcess, stopAll } from './server-in-process.js';
import { minutesOf, post, signUp } from './vocabulary.js';

const COOKIE = { 'x-auth-transport': 'cookie' };

afterAll(stopAll);

/** @see issue 16 */
describe('AUTH_PRESET=browser-app', () => {
  it('ends refresh tokens with their session, and offers cookies and bound sessions', async () => {
    const { url } = await startInProcess({ AUTH_PRESET: 'browser-app' });
    const { credentials, pair } = await signUp(url);
    expect(pair).toMatchObject({ expires_in: 600 });
    expect(minutesOf(pair, 'refresh_token_expires_in')).toBe(8 * 60);
    const login = await post(`${url}/auth/login`, credentials, COOKIE);
    expect(login.body).not.toHaveProperty('refresh_token');
    expect(login.headers.get('set-cookie')).toContain('HttpOnly');
    const unproved = await post(`${url}/auth/login`, credentials, { dpop: 'no proof' });
    expect(unproved.body['error']).toBe('invalid_dpop_proof');
  });

  it('gives way to each variable that is set', async () => {
    const { url } = await startInProcess({
      AUTH_PRESET: 'browser-app',
      AUTH_ACCESS_TTL: '1m',
      AUTH_SESSION_TTL: '1d',
      AUTH_COOKIES: 'off',
      AUTH_DPOP: 'off',
    });
    const { credentials, pair } = await signUp(url);
    expect(pair).toMatchObject({ expires_in: 60 });
    expect(minutesOf(pair, 'refresh_token_expires_in')).toBe(24 * 60);
    const both = { ...COOKIE, dpop: 'no proof' };
    const login = await post(`${url}/auth/login`, credentials, both);
    expect(login.status).toBe(200);
    expect(login.body).toHaveProperty('refresh_token');
  });
});
