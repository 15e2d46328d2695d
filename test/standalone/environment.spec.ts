import { readEnvironment } from '../../src/standalone/environment/environment.js';
import { linesOf } from './environment-lines.js';
import { SECRETS } from './secrets.js';

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
      TRUST_PROXY_HEADER: 'x-forwarded-for',
    });
  });

  it.each([
    ['AUTH_ACCESS_TTL', ['0', '0s', '-1', '1.5h', '15 m', 'soon', '1w', '99999999999d']],
    ['AUTH_REFRESH_TTL', ['0', '7days']],
    ['AUTH_SESSION_TTL', ['0d']],
    ['AUTH_GRACE', ['-1s', 'ten']],
    ['AUTH_RECOVERY', ['yes', 'ON', '1']],
    ['AUTH_RECOVER_LOST_WRITES', ['yes', 'Off']],
    ['AUTH_RSA_ALGORITHM', ['rs256', 'RS512', 'none', 'HS256']],
    ['AUTH_DOCS', ['no', 'ON']],
    ['SQLITE_SYNCHRONOUS', ['off', 'FULL', 'extra']],
    ['NODE_ENV', ['Production', 'PRODUCTION', 'production ', 'Test']],
    ['AUTH_MAX_RECOVERIES', ['-1', '0.5', 'off']],
    ['AUTH_MAX_USES', ['-1', '1.5', 'many', '1e3']],
    ['AUTH_MAX_SESSIONS', ['-1', 'all']],
    ['AUTH_SESSION_CEILING', ['0', '-1', '1e3', 'none']],
    ['AUTH_REUSE_SCOPE', ['everyone']],
    ['AUTH_REVOCATION', ['none']],
    ['AUTH_REVOCATION_POLL', ['0', '500ms']],
    ['AUTH_PREFIX', ['a b', 'auth/:id', '//', '*']],
    ['AUTH_REGISTRATION', ['true']],
    ['AUTH_LOGIN_ATTEMPTS', ['0', '-1', 'ten']],
    ['AUTH_LOGIN_WINDOW', ['0']],
    ['AUTH_PRESET', ['browser', 'on']],
    ['AUTH_PASSWORD_WORDS', ['ab', 'acme,', 'acme,, rocket']],
    ['AUTH_COOKIES', ['maybe']],
    ['AUTH_ORIGINS', ['example.com', 'https://example.com/', 'https://a.example,*', 'null']],
    ['AUTH_ORIGINS', ['https://*.example.com', 'capacitor://', 'tauri://localhost/', 'file://x']],
    ['AUTH_COOKIE_PATH', ['auth', '/a;b', '/a b', 'https://example.com/auth', '/ä']],
    ['AUTH_COOKIE_SAMESITE', ['Strict', 'off', 'None']],
    ['AUTH_ACCESS_SECRET', ['x'.repeat(31)]],
    ['AUTH_REFRESH_SECRET', ['ä'.repeat(15), SECRETS.AUTH_ACCESS_SECRET]],
    ['AUTH_ACCESS_KEY_FILE', ['/nowhere/key.pem', '/etc/hostname']],
    ['TRUST_PROXY_HEADER', ['Forwarded', 'x-real-ip']],
    ['TRUST_PROXY', ['on', '-1', '1001', '10.0.0.0/8']],
    [
      'DATABASE_URL',
      ['baton.sqlite', 'mongodb://127.0.0.1/test', 'postgres:', 'sqlite:', 'mysql://a:b@c/d?tls=1'],
    ],
    ['PORT', ['65536', '-1', 'http', '80.5']],
  ])('names %s once when it has a value that cannot be used', (name, values) => {
    for (const value of values) {
      const lines = linesOf({ [name]: value });
      expect(lines).toEqual([expect.stringMatching(new RegExp(`^${name} takes `))]);
    }
  });

  /** @see issue 11 */
  it.each([
    ['AUTH_REGISTRATON', 'AUTH_REGISTRATION'],
    ['AUTH_ACCES_SECRET', 'AUTH_ACCESS_SECRET'],
    ['AUTH_MAX_SESSION', 'AUTH_MAX_SESSIONS'],
    ['AUTH_RECOVER_LOST_WRITE', 'AUTH_RECOVER_LOST_WRITES'],
  ])('names %s, which does not exist, and the nearest one', (name, nearest) => {
    expect(linesOf({ [name]: 'a value that is not told' })).toEqual([
      `${name} does not exist: the nearest variable is ${nearest}`,
    ]);
    expect(linesOf({ [name]: '' })).toEqual([]);
  });

  /** @see issue 11 */
  it('takes any word for NODE_ENV that is not one of the known ones in other letters', () => {
    for (const NODE_ENV of ['production', 'development', 'test', 'staging']) {
      expect(linesOf({ NODE_ENV })).toEqual([]);
    }
  });

  /** @see issue 11 */
  it.each([
    ['AUTH_ACCESS_SECRET', 'changeme-changeme-changeme-changeme'],
    ['AUTH_ACCESS_SECRET', 'secret-for-the-access-tokens-of-the-api'],
    ['AUTH_REFRESH_SECRET', 'your-256-bit-secret-of-refresh-tokens'],
    ['AUTH_REFRESH_SECRET', 'please-change-this-before-you-deploy'],
    ['AUTH_REFRESH_SECRET', 'x'.repeat(40)],
    ['AUTH_REFRESH_SECRET', 'correct horse '.repeat(4)],
    ['AUTH_ACCESS_SECRET_PREVIOUS', 'correct horse '.repeat(4)],
    ['AUTH_REFRESH_SECRET_PREVIOUS', `a random one of old and 32 bytes or so,${'x'.repeat(40)}`],
    ['AUTH_OAUTH_CLIENTS', `orders:${'changeme'.repeat(5)}`],
  ])('refuses an %s in production that everybody knows', (name, value) => {
    expect(linesOf({ [name]: value })).toEqual([]);
    const lines = linesOf({ [name]: value, NODE_ENV: 'production' });
    expect(lines).toEqual([
      `${name} takes a secret that was made at random, not one of an example`,
    ]);
  });

  /** @see issue 11 */
  it.each([' ', '\n', '\t', '\r\n'])(
    'refuses a refresh secret that is the access secret but for %j',
    (blank) => {
      const secret = SECRETS.AUTH_ACCESS_SECRET;
      for (const other of [secret + blank, blank + secret, secret.replaceAll(' ', blank)]) {
        expect(linesOf({ AUTH_REFRESH_SECRET: other })).toEqual([
          'AUTH_REFRESH_SECRET takes another secret than the one for access tokens',
        ]);
      }
    },
  );

  it('refuses a secret with a NUL', () => {
    const lines = linesOf({ AUTH_REFRESH_SECRET: `${SECRETS.AUTH_ACCESS_SECRET}\0` });
    expect(lines).toEqual(['AUTH_REFRESH_SECRET takes a secret without a NUL']);
  });

  it('counts an empty value as unset, except AUTH_PREFIX', () => {
    const environment = readEnvironment({ ...SECRETS, AUTH_GRACE: '', PORT: '', AUTH_PREFIX: '' });
    expect(environment).toMatchObject({ PORT: 3000, AUTH_PREFIX: '' });
    expect(environment.sessionRules.grace).toBe(10);
  });

  it.each([
    ['90', 90],
    ['30s', 30],
    ['15m', 900],
    ['12h', 43_200],
    ['7d', 604_800],
  ])('reads the duration %s', (text, seconds) => {
    expect(readEnvironment({ ...SECRETS, AUTH_ACCESS_TTL: text }).sessionRules.accessTtl).toBe(
      seconds,
    );
  });

  it.each([
    [{}, { accessTtl: 600, refreshTtl: 28_800, sessionTtl: 28_800 }],
    [{ AUTH_SESSION_TTL: '1d' }, { accessTtl: 600, refreshTtl: 86_400, sessionTtl: 86_400 }],
    [{ AUTH_REFRESH_TTL: '1h' }, { refreshTtl: 3600, sessionTtl: 3600 }],
    [{ AUTH_ACCESS_TTL: '1m' }, { accessTtl: 60, refreshTtl: 28_800 }],
  ])('lets AUTH_PRESET stand in for lifetimes: beside %p', (given, rules) => {
    const environment = readEnvironment({ ...SECRETS, ...given, AUTH_PRESET: 'browser-app' });
    expect(environment.sessionRules).toMatchObject(rules);
  });

  it('takes 0 for the grace period, the uses and the sessions', () => {
    const zeros = {
      AUTH_GRACE: '0',
      AUTH_MAX_RECOVERIES: '0',
      AUTH_MAX_USES: '0',
      AUTH_MAX_SESSIONS: '0',
    };
    expect(linesOf(zeros)).toEqual([]);
  });

  it('never repeats the value of a secret', () => {
    const lines = linesOf({ AUTH_ACCESS_SECRET: 'tooshort', AUTH_REFRESH_SECRET: 'hunter2' });
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toMatch(/tooshort|hunter2/);
  });
});
