import { type InProcessServer, startInProcess, stopAll } from './server-in-process.js';
import { post, signUp } from './vocabulary.js';

const LIMIT = 5;
let server: InProcessServer;

beforeAll(async () => {
  server = await startInProcess({ AUTH_LOGIN_ATTEMPTS: String(LIMIT), TRUST_PROXY: '1' });
});
afterAll(stopAll);

const login = (username: string, password: string, from = '192.0.2.1') =>
  post(`${server.url}/auth/login`, { username, password }, { 'x-forwarded-for': from });

const times = <Result>(count: number, task: () => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, task));

/** How long a failed login takes, milliseconds. */
async function timeOf(username: string, from: string): Promise<number> {
  const startedMs = performance.now();
  expect((await login(username, 'wrong', from)).status).toBe(401);
  return performance.now() - startedMs;
}

describe('failed logins', () => {
  it('are answered with 429 and Retry-After once there were too many, the right password too', async () => {
    const { credentials } = await signUp(server.url);
    for (let attempt = 0; attempt < LIMIT; attempt += 1) {
      expect((await login(credentials.username, 'wrong')).status).toBe(401);
    }
    const answer = await login(credentials.username, credentials.password);
    expect(answer.status).toBe(429);
    expect(answer.body['error']).toBe('too_many_attempts');
    const seconds = Number(answer.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(800);
    expect(seconds).toBeLessThanOrEqual(900);
  });

  it('are counted for unknown names as for known ones', async () => {
    const answers = [];
    for (let attempt = 0; attempt <= LIMIT; attempt += 1)
      answers.push(await login('nobody', 'wrong'));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('are counted per user name and address', async () => {
    await times(LIMIT, () => login('somebody', 'wrong', '192.0.2.2'));
    expect((await login('SOMEBODY', 'wrong', '192.0.2.2')).status).toBe(429);
    expect((await login('somebody', 'wrong', '192.0.2.3')).status).toBe(401);
    expect((await login('somebody else', 'wrong', '192.0.2.2')).status).toBe(401);
  });

  it('hold for simultaneous attempts', async () => {
    const answers = await times(20, () => login('racer', 'wrong'));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(LIMIT);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(20 - LIMIT);
  });

  it('are not what successes are', async () => {
    const { credentials } = await signUp(server.url);
    const answers = await times(20, () => login(credentials.username, credentials.password));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });

  it('end with the window', async () => {
    const brief = await startInProcess({ AUTH_LOGIN_ATTEMPTS: '1', AUTH_LOGIN_WINDOW: '1' });
    const attempt = () => post(`${brief.url}/auth/login`, { username: 'ann', password: 'wrong' });
    expect((await attempt()).status).toBe(401);
    const refused = await attempt();
    expect(refused.status).toBe(429);
    const retryAfterMs = Number(refused.headers.get('retry-after')) * 1000;
    await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
    expect((await attempt()).status).toBe(401);
    await brief.stop();
  });

  /** @see issue 11 */
  it('are counted by address, whatever the names', async () => {
    const narrow = await startInProcess({ AUTH_LOGIN_ATTEMPTS: '1', TRUST_PROXY: '1' });
    const attempt = (name: number, from: string) =>
      post(
        `${narrow.url}/auth/login`,
        { username: `name ${name}`, password: 'wrong' },
        { 'x-forwarded-for': from },
      );
    for (let name = 0; name < 30; name += 1) {
      expect((await attempt(name, '192.0.2.9')).status).toBe(401);
    }
    expect((await attempt(30, '192.0.2.9')).status).toBe(429);
    expect((await attempt(30, '192.0.2.10')).status).toBe(401);
    await narrow.stop();
  });

  /** @see issue 11 */
  it('take as long for unknown names as for known ones', async () => {
    const { credentials } = await signUp(server.url);
    const known: number[] = [];
    const unknown: number[] = [];
    for (const last of [1, 2, 3, 4, 5]) {
      known.push(await timeOf(credentials.username, `198.51.100.${last}`));
      unknown.push(await timeOf('nobody at all', `198.51.100.${last}`));
    }
    expect(Math.min(...unknown)).toBeGreaterThan(Math.min(...known) / 2);
  });
});

/** @see issue 11 */
it('registrations of names that are taken are limited by address', async () => {
  const narrow = await startInProcess({ AUTH_LOGIN_ATTEMPTS: '1' });
  const register = (username: string) =>
    post(`${narrow.url}/users`, { username, password: 'correct horse battery staple' });
  expect((await register('ann')).status).toBe(201);
  for (let taken = 0; taken < 30; taken += 1) {
    expect((await register('ann')).status).toBe(409);
  }
  expect((await register('ann')).status).toBe(429);
  await narrow.stop();
});
