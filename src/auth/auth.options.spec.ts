import type { AccessTokenClaims } from '../tokens/access-token-codec.js';
import { generateKeyPairSync } from 'node:crypto';
import type { AuthUser } from '../users/user-store.js';
import * as v from 'valibot';
import { settingsSchema } from '../options.js';
import { type AuthModuleOptions, AuthOptionsError, resolveOptions } from './auth.options.js';

const ACCESS = 'the access secret, 32 bytes or more.';
const REFRESH = 'the refresh secret, 32 bytes or more';
const OLD = 'a secret of last year, 32 bytes or more';
const EC_PEM = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
const RSA_PEM = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

const NOTHING = () => null;
const USERS = { authenticate: async () => null, findById: async () => null };
const OPTIONS: AuthModuleOptions = { users: USERS, accessSecret: ACCESS, refreshSecret: REFRESH };

/** Options as JavaScript may give them, where no compiler has looked. */
function resolveLoosely(given: object) {
  const options: AuthModuleOptions = Object.assign({ ...OPTIONS }, given);
  return resolveOptions(options);
}

function complaintAbout(given: object): string {
  try {
    resolveLoosely(given);
  } catch (error) {
    if (error instanceof AuthOptionsError) return error.message;
    throw error;
  }
  return 'none';
}

describe('options that can be used', () => {
  it('need no more than users and two secrets', () => {
    const { settings, accessKeys, refreshKeys } = resolveOptions(OPTIONS);
    expect(settings.accessTtlSeconds).toBe(900);
    expect(accessKeys.current.algorithm).toBe('HS256');
    expect(accessKeys.current.kid).not.toBe(refreshKeys.current.kid);
  });

  it('leave off what nobody asks for', () => {
    expect(resolveOptions(OPTIONS)).toMatchObject({
      cookies: null,
      socketQueryToken: false,
      user: 'claims',
      strategy: 'baton',
      refreshStrategy: 'baton-refresh',
      oauthClients: [],
    });
    const none = { perName: 0, perAddress: 0, windowSeconds: 1, store: undefined };
    expect(resolveOptions({ ...OPTIONS, attempts: false }).attempts).toEqual(none);
  });

  it('keep users, keys and hooks out of the settings', () => {
    const { settings } = resolveOptions({ ...OPTIONS, grace: '5s', onLogin: () => {} });
    expect(settings.graceSeconds).toBe(5);
    expect(Object.keys(settings)).toEqual(Object.keys(v.parse(settingsSchema, {})));
  });

  it.each([
    ['RSA', RSA_PEM, undefined, 'RS256'],
    ['RSA for PSS', RSA_PEM, 'PS256', 'PS256'],
    ['P-256', EC_PEM, undefined, 'ES256'],
  ] as const)(
    'sign access tokens with a private key: %s',
    (_what, pem, rsaAlgorithm, algorithm) => {
      const config = resolveOptions({
        users: USERS,
        refreshSecret: REFRESH,
        accessPrivateKey: pem,
        rsaAlgorithm,
      });
      expect(config.accessKeys.current.algorithm).toBe(algorithm);
    },
  );

  it('sign with the first of several keys and verify with all of them', () => {
    const { accessKeys } = resolveLoosely({ accessSecret: [ACCESS, OLD] });
    const { accessKeys: alone } = resolveOptions(OPTIONS);
    expect(accessKeys.current.kid).toBe(alone.current.kid);
    expect(accessKeys.all).toHaveLength(2);
  });

  it('may leave hooks and keys undefined, as an application does that reads them from elsewhere', () => {
    const given = { accessPrivateKey: undefined, onLogin: undefined, clock: undefined };
    expect(complaintAbout(given)).toBe('none');
  });

  it.each([undefined, 'browser-app'] as const)(
    'may be an object of a class, whose hooks keep their object, with the preset %s',
    async (preset) => {
      class Options implements AuthModuleOptions {
        readonly preset = preset;
        readonly users = USERS;
        readonly accessSecret = ACCESS;
        readonly refreshSecret = REFRESH;
        readonly #tenant = 'north';
        readonly #seen: string[] = [];
        accessTokenClaims() {
          return { tenant: this.#tenant };
        }
        onLogin(user: AuthUser) {
          this.#seen.push(`${user.username} logs in`);
        }
        onRefresh(user: AuthUser) {
          this.#seen.push(`${user.username} refreshes`);
        }
        toUser({ sub }: AccessTokenClaims) {
          return `${sub} of ${this.#tenant}`;
        }
        seen() {
          return this.#seen;
        }
      }
      const options = new Options();
      const { accessTokenClaims, onLogin, onRefresh, toUser } = resolveOptions(options);
      const ann = { id: 1, username: 'ann' };
      expect(await accessTokenClaims?.(ann)).toEqual({ tenant: 'north' });
      await onLogin?.(ann, { ip: null, userAgent: null, deviceName: null });
      await onRefresh?.(ann, 'a session');
      expect(options.seen()).toEqual(['ann logs in', 'ann refreshes']);
      const claims = { sub: 'ann', sid: 's', gen: 0, jti: 'j', iat: 0, exp: 1 };
      expect(toUser?.(claims)).toBe('ann of north');
    },
  );

  it('may bring users with methods of their class, or the class', () => {
    class Users {
      authenticate = async () => null;
      async findById() {
        return null;
      }
    }
    expect(complaintAbout({ users: new Users() })).toBe('none');
    expect(complaintAbout({ users: Users })).toBe('none');
  });
});

describe('options that cannot be used', () => {
  const USERS_TAKE =
    'takes an object with the methods authenticate and findById, or the class of one';
  const KEYS_TAKE = 'takes a string or a list of strings';
  const COOKIES_TAKE = 'takes true, false or { origins, allowPlainHttp, path, sameSite }';
  const ORIGIN = 'https://app.example.com';
  const ORIGIN_TAKES = 'takes an origin such as https://app.example.com';
  const SECRETS_TAKE = 'takes a secret of at least 32 bytes';

  it.each([
    ['users', { users: undefined }, USERS_TAKE],
    ['users', { users: null }, USERS_TAKE],
    ['users', { users: { findById: USERS.findById } }, USERS_TAKE],
    ['users', { users: () => null }, USERS_TAKE],
    ['accessSecret', { accessSecret: undefined }, 'is missing'],
    ['accessSecret', { accessSecret: 1 }, KEYS_TAKE],
    ['accessSecret', { accessSecret: [] }, KEYS_TAKE],
    ['accessSecret', { accessSecret: [ACCESS, undefined] }, KEYS_TAKE],
    ['accessSecret', { accessSecret: '' }, SECRETS_TAKE],
    ['accessSecret', { accessSecret: 'hunter2' }, SECRETS_TAKE],
    ['accessSecret', { accessSecret: [ACCESS, 'hunter2'] }, SECRETS_TAKE],
    ['refreshSecret', { refreshSecret: undefined }, KEYS_TAKE],
    ['refreshSecret', { refreshSecret: 'hunter2' }, SECRETS_TAKE],
    ['refreshSecret', { refreshSecret: ACCESS }, 'takes another secret than accessSecret'],
    [
      'refreshSecret',
      { refreshSecret: [REFRESH, ACCESS] },
      'takes another secret than accessSecret',
    ],
    ['rsaAlgorithm', { rsaAlgorithm: 'RS1' }, 'takes RS256 or PS256'],
    ['preset', { preset: 'browser' }, 'takes browser-app'],
    ['clock', { clock: Date }, 'takes an object with the method nowMs'],
    ['accessTokenClaims', { accessTokenClaims: {} }, 'takes a function'],
    ['onLogin', { onLogin: 'refuse' }, 'takes a function'],
    ['onRefresh', { onRefresh: null }, 'takes a function'],
    ['recovery', { recovery: 'off' }, 'takes true or false'],
    ['cookies', { cookies: 'on' }, COOKIES_TAKE],
    ['cookies', { cookies: { sameSite: 'None' } }, COOKIES_TAKE],
    ['cookies.path', { cookies: { path: '/a;b' } }, 'takes a path such as /api/auth'],
    ['cookies.path', { cookies: { path: 'auth' } }, 'takes a path such as /api/auth'],
    ['cookies.origins.0', { cookies: { origins: ['null'] } }, ORIGIN_TAKES],
    ['cookies.origins.1', { cookies: { origins: [ORIGIN, `${ORIGIN}/`] } }, ORIGIN_TAKES],
  ])('%s: %p', (option, given, takes) => {
    expect(complaintAbout(given)).toBe(`AuthModule: option ${option} ${takes}`);
  });

  it('are both a secret and a private key', () => {
    const takes = 'takes the place of accessSecret: give one of them';
    const complaint = complaintAbout({ accessPrivateKey: EC_PEM });
    expect(complaint).toBe(`AuthModule: option accessPrivateKey ${takes}`);
  });

  it('are both a hook for request.user and the user of the store', () => {
    const takes = "takes the place of user: 'full': give one of them";
    expect(complaintAbout({ user: 'full', toUser: NOTHING })).toBe(
      `AuthModule: option toUser ${takes}`,
    );
    expect([complaintAbout({ user: 'full' }), complaintAbout({ toUser: NOTHING })]).toEqual([
      'none',
      'none',
    ]);
  });

  it('are names that do not exist', () => {
    const complaint = complaintAbout({ accesTtl: '5m', gracePeriod: 5 });
    expect(complaint).toBe('AuthModule: there is no option accesTtl, gracePeriod');
  });

  /** @see issue 11 */
  it('name options that no option can have, too', () => {
    for (const given of [{ constructor: 1 }, { prototype: 1 }, JSON.parse('{"__proto__": 1}')]) {
      const options: AuthModuleOptions = Object.defineProperties(
        { ...OPTIONS },
        Object.getOwnPropertyDescriptors(given),
      );
      expect(() => resolveOptions(options)).toThrow(/^AuthModule: there is no option \w+$/);
    }
  });

  it('are named all at once', () => {
    const complaint = complaintAbout({ accessTtl: 'soon', maxUses: -1, users: {}, typo: true });
    for (const name of ['accessTtl', 'maxUses', 'users', 'typo']) expect(complaint).toContain(name);
  });
});

describe('a complaint never shows', () => {
  const SECRET = 'hunter2 hunter2';

  it.each([
    ['a secret that is too short', { accessSecret: SECRET }],
    ['a previous secret that is too short', { refreshSecret: [REFRESH, SECRET] }],
    ['a private key', { accessSecret: undefined, accessPrivateKey: SECRET }],
    ['a secret of the wrong shape', { accessSecret: { value: SECRET } }],
    ['a secret in the place of a word', { rsaAlgorithm: SECRET }],
    ['a secret in the place of a duration', { accessTtl: SECRET }],
    ['a secret in the place of a name', { issuer: [SECRET] }],
    ['a secret under a name that does not exist', { accessSecrets: SECRET }],
    [
      'a secret that both kinds of token have',
      { accessSecret: `${SECRET}${SECRET}${SECRET}`, refreshSecret: `${SECRET}${SECRET}${SECRET}` },
    ],
  ])('%s', (_what, given) => {
    const complaint = complaintAbout(given);
    expect(complaint).toMatch(/^AuthModule: /);
    expect(complaint).not.toContain('hunter2');
  });
});
