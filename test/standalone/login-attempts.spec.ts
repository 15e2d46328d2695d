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
});
