import { cleanUp, runToExit, startServer } from './server-process.js';
import { bearer, get, minutesOf, post, signUp } from './vocabulary.js';

const DURATIONS = [
  'AUTH_ACCESS_TTL',
  'AUTH_REFRESH_TTL',
  'AUTH_SESSION_TTL',
  'AUTH_GRACE',
  'AUTH_REVOCATION_POLL',
  'AUTH_LOGIN_WINDOW',
];
const TEN_YEARS_SECONDS = 315_360_000;

const allOf = (duration: string) => Object.fromEntries(DURATIONS.map((name) => [name, duration]));

afterAll(cleanUp);

/** @see issue 11 */
it('every duration may be ten years, and is as long as it says', async () => {
  const variables = { DATABASE_URL: 'sqlite::memory:', AUTH_LOGIN_ATTEMPTS: '2' };
  const server = await startServer({ ...variables, ...allOf('3650d') });
  const { pair, credentials } = await signUp(server.url);
  expect(minutesOf(pair, 'expires_in')).toBe(TEN_YEARS_SECONDS / 60);
  expect(minutesOf(pair, 'refresh_token_expires_in')).toBe(TEN_YEARS_SECONDS / 60);
  const refresh_token = pair['refresh_token'];
  const next = await post(`${server.url}/auth/token/refresh`, { refresh_token });
  const again = await post(`${server.url}/auth/token/refresh`, { refresh_token });
  expect(again.body['refresh_token']).toBe(next.body['refresh_token']);
  expect((await get(`${server.url}/auth/me`, bearer(next.body['access_token']))).status).toBe(200);

  const guess = { ...credentials, password: 'a wrong password' };
  const login = async (body: object) => post(`${server.url}/auth/login`, body);
  expect([(await login(guess)).status, (await login(guess)).status]).toEqual([401, 401]);
  const limited = await login(credentials);
  expect(limited.status).toBe(429);
  expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(TEN_YEARS_SECONDS - 60);
  await server.stop();
  expect(server.output()).not.toContain('TimeoutOverflowWarning');
});

it('a longer one stops the start, each with a line of its own', async () => {
  const { code, lines } = await runToExit(allOf('3651d'));
  expect(code).toBe(1);
  expect(lines).toHaveLength(DURATIONS.length);
  expect(new Set(lines.map((line) => line.split(' ')[0]))).toEqual(new Set(DURATIONS));
});
