import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import type { AuthModuleExtras } from '../../src/auth/auth.module.js';
import { type AuthModuleOptions, resolveOptions } from '../../src/auth/auth.options.js';
import { settingsSchema } from '../../src/options.js';
import { VARIABLES } from '../../src/standalone/environment/environment.js';
import { SESSION_VARIABLES } from '../../src/standalone/environment/session-variables.js';

/** What the standalone server decides for itself. */
const NO_VARIABLE = 'none: the server has its own';
/** What is code, and no text holds. */
const CODE = 'none: it is code';
/** What names the module within an application. */
const PLACE = 'none: there is one module';

/** Every option, and the variable of the standalone server. One that is missing here does not compile. */
const VARIABLE_OF = {
  ...SESSION_VARIABLES,
  users: NO_VARIABLE,
  accessSecret: 'AUTH_ACCESS_SECRET',
  accessPrivateKey: 'AUTH_ACCESS_KEY_FILE',
  rsaAlgorithm: 'AUTH_RSA_ALGORITHM',
  refreshSecret: 'AUTH_REFRESH_SECRET',
  cookies: 'AUTH_COOKIES',
  attempts: 'AUTH_LOGIN_ATTEMPTS',
  revocationFeed: 'REDIS_URL',
  dpop: 'AUTH_DPOP',
  dpopNonce: 'AUTH_DPOP_NONCE',
  publicUrl: 'AUTH_PUBLIC_URL',
  dpopReplays: 'REDIS_URL',
  oauthClients: 'AUTH_OAUTH_CLIENTS',
  preset: 'AUTH_PRESET',
  auditRetention: 'AUTH_AUDIT_RETENTION',
  auditRefreshes: 'AUTH_AUDIT_REFRESHES',
  notifyUser: CODE,
  webhooks: 'AUTH_WEBHOOKS',
  eventReceivers: 'AUTH_EVENT_RECEIVERS',
  strategy: PLACE,
  refreshStrategy: PLACE,
  socketQueryToken: NO_VARIABLE,
  clock: CODE,
  loginFields: CODE,
  user: NO_VARIABLE,
  toUser: CODE,
  accessTokenClaims: CODE,
  responseFields: CODE,
  onLogin: CODE,
  onRefresh: CODE,
} as const satisfies { readonly [Option in keyof Required<AuthModuleOptions>]: string };

/** What stands beside `useFactory`. */
const EXTRA_VARIABLE_OF = {
  routePrefix: 'AUTH_PREFIX',
  isGlobal: PLACE,
  globalGuard: PLACE,
  controller: PLACE,
  routeDecorators: PLACE,
  jwks: PLACE,
  oauth: 'AUTH_OAUTH',
  audit: 'AUTH_AUDIT',
  auditTable: PLACE,
  dataSource: PLACE,
  table: PLACE,
} as const satisfies { readonly [Extra in keyof Required<AuthModuleExtras>]: string };

/** The rows of the tables of a page: what is named in the first column, and the default in the second. */
function rowsOf(page: string): ReadonlyMap<string, string> {
  const text = readFileSync(page, 'utf8');
  const rows = text.matchAll(/^\|([^|]+)\|([^|]*)\|/gm);
  return new Map(
    [...rows].flatMap(([, names = '', defaults = '']) => {
      const values = [...defaults.matchAll(/`([^`]*)`/g)].map(([, value = '']) => value);
      return [...names.matchAll(/`([^`]+)`/g)].map(
        ([, name = ''], place) => [name, values[place] ?? values.at(-1) ?? ''] as const,
      );
    }),
  );
}

const README = rowsOf('README.md');
const CONFIGURATION = rowsOf('docs/configuration.md');
const OPTIONS = Object.entries(VARIABLE_OF);
const RULES = v.keyof(v.object(settingsSchema.entries)).options;

const isOfText = (value: string): unknown => {
  if (value === 'true' || value === 'on') return true;
  if (value === 'false' || value === 'off') return false;
  return /^\d+$/.test(value) ? Number(value) : value;
};

/** @see issue 12 */
describe('an option', () => {
  it.each(OPTIONS)('%s is checked', (name) => {
    const given = { users: { authenticate: 1 }, refreshSecret: 1, [name]: Symbol('unusable') };
    const complaint = (): unknown => Reflect.apply(resolveOptions, undefined, [given]);
    expect(complaint).toThrow(new RegExp(`option ${name} takes|option ${name} Invalid`));
  });

  it.each([...Object.keys(VARIABLE_OF), ...Object.keys(EXTRA_VARIABLE_OF)])(
    '%s stands in the README',
    (name) => {
      expect([...README.keys()]).toContain(name);
    },
  );

  it.each(RULES)('%s has its default in the README', (name) => {
    const entry = settingsSchema.entries[name];
    const written = isOfText(README.get(name) ?? '');
    expect(v.parse(entry, written)).toBe(v.parse(entry, undefined));
  });

  it.each([...OPTIONS, ...Object.entries(EXTRA_VARIABLE_OF)])(
    '%s has a variable, or a reason to have none: %s',
    (_name, variable) => {
      expect([...VARIABLES, NO_VARIABLE, CODE, PLACE]).toContain(variable);
    },
  );
});

describe('a variable', () => {
  it.each(VARIABLES)('%s stands in docs/configuration.md', (name) => {
    expect([...CONFIGURATION.keys()]).toContain(name);
  });

  it.each(RULES)('of %s has its default in docs/configuration.md', (name) => {
    const entry = settingsSchema.entries[name];
    const written = isOfText(CONFIGURATION.get(SESSION_VARIABLES[name]) ?? '');
    expect(v.parse(entry, written)).toBe(v.parse(entry, undefined));
  });
});
