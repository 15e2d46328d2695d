import { generateKeyPairSync } from 'node:crypto';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readEnvironment, EnvironmentError } from '../../src/standalone/environment.js';
import { cleanUp, runToExit, startServer, temporaryFolder } from './server-process.js';

const SECRETS = {
  AUTH_ACCESS_SECRET: 'a secret of the tests for access tokens',
  AUTH_REFRESH_SECRET: 'a secret of the tests for refresh tokens',
};

function linesOf(variables: Record<string, string>): readonly string[] {
  try {
    readEnvironment({ ...SECRETS, ...variables });
    return [];
  } catch (error) {
    if (error instanceof EnvironmentError) return error.lines;
    throw error;
  }
}

afterAll(cleanUp);

describe('the configuration', () => {
  it('has the defaults of the contract', () => {
    const environment = readEnvironment(SECRETS);
    expect(environment).toMatchObject({
      PORT: 3000,
      HOST: '127.0.0.1',
      DATABASE_URL: { type: 'better-sqlite3', file: 'data/baton.sqlite' },
      AUTH_PREFIX: 'auth',
      AUTH_REGISTRATION: true,
      AUTH_LOGIN_ATTEMPTS: 10,
      AUTH_LOGIN_WINDOW: 900,
      AUTH_ORIGINS: [],
      TRUST_PROXY: 0,
    });
  });

  it.each([
    ['AUTH_ACCESS_TTL', ['0', '0s', '-1', '1.5h', '15 m', 'soon', '1w', '99999999999d']],
    ['AUTH_REFRESH_TTL', ['0', '7days']],
    ['AUTH_SESSION_TTL', ['0d']],
    ['AUTH_GRACE', ['-1s', 'ten']],
    ['AUTH_RECOVERY', ['yes', 'ON', '1']],
    ['AUTH_MAX_USES', ['-1', '1.5', 'many', '1e3']],
    ['AUTH_MAX_SESSIONS', ['-1', 'all']],
    ['AUTH_REUSE_SCOPE', ['everyone']],
    ['AUTH_REVOCATION', ['none']],
    ['AUTH_REVOCATION_POLL', ['0', '500ms']],
    ['AUTH_PREFIX', ['a b', 'auth/:id', '//', '*']],
    ['AUTH_REGISTRATION', ['true']],
    ['AUTH_LOGIN_ATTEMPTS', ['0', '-1', 'ten']],
    ['AUTH_LOGIN_WINDOW', ['0']],
    ['AUTH_COOKIES', ['maybe']],
    ['AUTH_ORIGINS', ['example.com', 'https://example.com/', 'https://a.example,*', 'null']],
    ['AUTH_ACCESS_SECRET', ['x'.repeat(31)]],
    ['AUTH_REFRESH_SECRET', ['ä'.repeat(15), SECRETS.AUTH_ACCESS_SECRET]],
    ['AUTH_ACCESS_KEY_FILE', ['/nowhere/key.pem', '/etc/hostname']],
    ['TRUST_PROXY', ['on', '-1', '1001', '10.0.0.0/8']],
    ['DATABASE_URL', ['baton.sqlite', 'mongodb://127.0.0.1/test', 'postgres:', 'sqlite:']],
    ['PORT', ['65536', '-1', 'http', '80.5']],
  ])('names %s once when it has a value that cannot be used', (name, values) => {
    for (const value of values) {
      const lines = linesOf({ [name]: value });
      expect(lines).toEqual([expect.stringMatching(new RegExp(`^${name} takes `))]);
    }
  });

  it('counts an empty value as unset, except AUTH_PREFIX', () => {
    const environment = readEnvironment({ ...SECRETS, AUTH_GRACE: '', PORT: '', AUTH_PREFIX: '' });
    expect(environment).toMatchObject({ PORT: 3000, AUTH_PREFIX: '' });
    expect(environment.AUTH_GRACE).toBeUndefined();
  });

  it.each([
    ['90', 90],
    ['30s', 30],
    ['15m', 900],
    ['12h', 43_200],
    ['7d', 604_800],
  ])('reads the duration %s', (text, seconds) => {
    expect(readEnvironment({ ...SECRETS, AUTH_ACCESS_TTL: text }).AUTH_ACCESS_TTL).toBe(seconds);
  });

  it('takes 0 for the grace period, the uses and the sessions', () => {
    const zeros = { AUTH_GRACE: '0', AUTH_MAX_USES: '0', AUTH_MAX_SESSIONS: '0' };
    expect(linesOf(zeros)).toEqual([]);
  });

  it('never repeats the value of a secret', () => {
    const lines = linesOf({ AUTH_ACCESS_SECRET: 'tooshort', AUTH_REFRESH_SECRET: 'hunter2' });
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toMatch(/tooshort|hunter2/);
  });

  it('takes a PEM private key in place of the access secret', async () => {
    const folder = await temporaryFolder();
    for (const pair of [
      generateKeyPairSync('rsa', { modulusLength: 2048 }),
      generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    ]) {
      const file = join(folder, 'key.pem');
      await writeFile(file, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
      const { AUTH_REFRESH_SECRET } = SECRETS;
      const variables = { NODE_ENV: 'production', AUTH_REFRESH_SECRET, AUTH_ACCESS_KEY_FILE: file };
      expect(readEnvironment(variables).secrets).toHaveProperty('accessPrivateKey');
    }
  });
});

describe('the start', () => {
  it('is refused with exit code 1 and exactly one line for each bad variable', async () => {
    const { code, lines } = await runToExit({ PORT: 'http', AUTH_GRACE: 'x', AUTH_MAX_USES: '-1' });
    expect(code).toBe(1);
    expect(lines.map((line) => line.split(' ', 1)[0])).toEqual([
      'PORT',
      'AUTH_GRACE',
      'AUTH_MAX_USES',
    ]);
  });

  it('is refused in production without secrets', async () => {
    const { code, lines } = await runToExit({ NODE_ENV: 'production' });
    expect(code).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(/^AUTH_ACCESS_SECRET /),
      expect.stringMatching(/^AUTH_REFRESH_SECRET /),
    ]);
  });

  it('is refused in one line when the database is not there', async () => {
    const { code, lines } = await runToExit({
      NODE_ENV: 'production',
      ...SECRETS,
      DATABASE_URL: 'postgres://nobody:hunter2@127.0.0.1:1/none',
    });
    expect(code).toBe(1);
    expect(lines.join('\n')).not.toContain('hunter2');
    expect(lines.at(-1)).toMatch(/database/i);
  });

  it('makes secrets outside production and keeps them, readable by their owner only', async () => {
    const first = await startServer();
    const file = join(first.folder, 'data/secrets.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await first.stop();
    const { mtimeMs } = await stat(file);
    const second = await startServer({}, first.folder);
    expect((await stat(file)).mtimeMs).toBe(mtimeMs);
    await second.stop();
  });
});
