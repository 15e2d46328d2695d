import { execFileSync } from 'node:child_process';
import request from 'supertest';
import { startInProcess, stopAll } from './server-in-process.js';

afterEach(stopAll);

const ON = { AUTH_METRICS: 'on' };
const ANN = { username: 'ann', password: 'correct horse battery staple' };

/** A comment, or a name, its labels and a number. @see https://prometheus.io/docs/instrumenting/exposition_formats/ */
const LINE =
  /^(# (HELP|TYPE|UNIT) [a-z_:][\w:]* .+|[a-z_:][\w:]*(\{([a-z_]\w*="([^"\\\n]|\\["\\n])*",?)*\})? [-+]?(\d+(\.\d+)?(e[-+]?\d+)?|Inf)|)$/i;

async function metricsOf(url: string): Promise<string> {
  const response = await request(url).get('/metrics');
  expect(response.status).toBe(200);
  expect(response.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  return response.text;
}

/** The value of the one series whose name and labels begin so. */
function valueOf(text: string, name: string, label = ''): number {
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && line.includes(label));
  expect(lines).toHaveLength(1);
  return Number(lines[0]?.split(' ').at(-1));
}

describe('GET /metrics', () => {
  it.each([[{}], [{ AUTH_METRICS: 'off' }]])(
    'is no route unless it is switched on: %j',
    async (given) => {
      const { url } = await startInProcess(given);
      expect((await request(url).get('/metrics')).status).toBe(404);
    },
  );

  it('is what Prometheus reads', async () => {
    const { url } = await startInProcess(ON);
    const lines = (await metricsOf(url)).split('\n');
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.filter((line) => !LINE.test(line))).toEqual([]);
  });

  it('counts what happens, and says of nobody that it was them', async () => {
    const { url } = await startInProcess(ON);
    const { body: user } = await request(url).post('/users').send(ANN);
    const { body: first } = await request(url).post('/auth/login').send(ANN);
    const refreshed = await request(url).post('/auth/token/refresh').send(first);
    await request(url)
      .post('/auth/login')
      .send({ ...ANN, password: 'not the password' });
    const text = await metricsOf(url);
    expect(valueOf(text, 'baton_logins_total')).toBe(1);
    expect(valueOf(text, 'baton_login_failures_total')).toBe(1);
    expect(valueOf(text, 'baton_refreshes_total', 'how="rotate"')).toBe(1);
    expect(valueOf(text, 'baton_refreshes_total', 'how="advance"')).toBe(0);
    expect(valueOf(text, 'baton_revocation_list_size')).toBe(0);
    expect(valueOf(text, 'baton_revocation_feed_age')).toBeLessThan(60);
    for (const secret of [user.id, 'ann', first.session_id, refreshed.body.refresh_token])
      expect(text).not.toContain(String(secret));
  });

  it('is of this server alone, however many are in one process', async () => {
    const [one, other] = [await startInProcess(ON), await startInProcess(ON)];
    await request(one.url).post('/users').send(ANN);
    await request(one.url).post('/auth/login').send(ANN);
    expect(valueOf(await metricsOf(one.url), 'baton_logins_total')).toBe(1);
    expect(valueOf(await metricsOf(other.url), 'baton_logins_total')).toBe(0);
  });
});

/** `npm run build` comes first. */
it('without it OpenTelemetry is not loaded', () => {
  const script = `
    const { register, createRequire } = await import('node:module');
    const hooks = "import { writeSync } from 'node:fs';" +
      "export async function load(url, context, next) { writeSync(1, url + '\\\\n'); return next(url, context); }";
    register('data:text/javascript,' + encodeURIComponent(hooks));
    await import(new URL('./dist/standalone/server.js', 'file://' + process.cwd() + '/'));
    console.log(Object.keys(createRequire(process.cwd() + '/').cache).join('\\n'));
  `;
  const loaded = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  }).split('\n');
  expect(loaded).toContainEqual(expect.stringMatching(/dist\/standalone\/app\.module\.js$/));
  expect(loaded.filter((file) => file.includes('@opentelemetry'))).toEqual([]);
});
