import { closest } from 'fastest-levenshtein';
import * as v from 'valibot';
import { auditEntries } from '../../audit/audit-options.js';
import { cookiePath, sameSiteWords } from '../../auth/cookie/cookie-options.js';
import { isWebOrigin } from '../../auth/cookie/web-origin.js';
import { dpopWords, publicUrl } from '../../auth/dpop/dpop-options.js';
import { durationSeconds, oneOf } from '../../options.js';
import { presetEntries } from '../../auth/preset.js';
import { eventReceivers, webhooks } from './audit-receivers.js';
import { databaseAddress } from './database-url.js';
import { SECRET_VARIABLES, completeSecrets, givenSecrets } from './given-secrets.js';
import type { KeyFiles } from './key-files.js';
import {
  clientIds,
  keyedClients,
  oauthClients,
  problemsOfOAuth,
  publicClients,
} from './oauth-clients.js';
import { redisUrl } from './redis-url.js';
import type { Secrets } from './secrets.js';
import { SESSION_VARIABLES, type SessionRules, sessionRules } from './session-variables.js';
import { UnusableUrlError } from './url-parameters.js';

/** Some variables cannot be used; one line for each that names it and what it takes, never its value. */
export class EnvironmentError extends Error {
  constructor(readonly lines: readonly string[]) {
    super(lines.join('\n'));
  }
}

const onOff = v.pipe(
  oneOf(['on', 'off']),
  v.transform((word) => word === 'on'),
);

function wholeNumber(takes: string, most = Number.MAX_SAFE_INTEGER, least = 0) {
  return v.pipe(
    v.string(),
    v.regex(/^\d{1,15}$/, takes),
    v.transform(Number),
    v.check((number) => number >= least && number <= most, takes),
  );
}

const origins = v.pipe(
  v.string(),
  v.transform((list) => (list === '' ? [] : list.split(',').map((origin) => origin.trim()))),
  v.check(
    (list) => list.every(isWebOrigin),
    'takes origins such as https://app.example.com, separated by commas',
  ),
);

const words = v.pipe(
  v.string(),
  v.transform((list) => (list === '' ? [] : list.split(',').map((word) => word.trim()))),
  v.check(
    (list) => list.every((word) => Array.from(word).length >= 3),
    'takes words of at least 3 characters, separated by commas',
  ),
);

const PREFIX = /^\/?$|^\/?[\w.~-]+(\/[\w.~-]+)*\/?$/;

const prefix = v.pipe(
  v.string(),
  v.regex(PREFIX, 'takes a path such as auth or api/auth, or nothing'),
  v.transform((path) => path.replaceAll(/^\/|\/$/g, '')),
);

/** What `read` makes of a URL; what it cannot use is said in its words. */
function urlReadBy<Address>(read: (text: string) => Address) {
  return v.pipe(
    v.string(),
    v.rawTransform(({ dataset, addIssue, NEVER }): Address => {
      try {
        return read(dataset.value);
      } catch (error) {
        if (!(error instanceof UnusableUrlError)) throw error;
        addIssue({ message: error.message });
        return NEVER;
      }
    }),
  );
}

const PROXIES_TAKE = 'takes off or the number of proxies, at most 1000';

const proxies = v.union(
  [
    v.pipe(
      v.literal('off'),
      v.transform(() => 0),
    ),
    wholeNumber(PROXIES_TAKE, 1000),
  ],
  PROXIES_TAKE,
);

const MODES = ['production', 'development', 'test'];

/** Any word will do, but one that was meant to be `production` must not be taken for another. */
const mode = v.pipe(
  v.string(),
  v.check(
    (word) => MODES.includes(word) || !MODES.includes(word.trim().toLowerCase()),
    `takes ${MODES.join(', ')} or another word, in lower case and without spaces`,
  ),
);

const variables = v.object({
  NODE_ENV: v.optional(mode, 'development'),
  PORT: v.optional(wholeNumber('takes a port, 0 to 65535', 65_535), '3000'),
  HOST: v.optional(v.string(), '127.0.0.1'),
  DATABASE_URL: v.optional(urlReadBy(databaseAddress), 'sqlite:data/baton.sqlite'),
  AUTH_PREFIX: v.optional(prefix, 'auth'),
  AUTH_REGISTRATION: v.optional(onOff, 'on'),
  AUTH_PASSWORD_WORDS: v.optional(words, ''),
  AUTH_LOGIN_ATTEMPTS: v.optional(
    wholeNumber('takes a whole number, at least 1', 1_000_000, 1),
    '10',
  ),
  AUTH_LOGIN_WINDOW: v.optional(durationSeconds(1), 900),
  AUTH_PRESET: presetEntries.preset,
  /** Off without a preset unless told otherwise. */
  AUTH_COOKIES: v.optional(onOff),
  AUTH_ORIGINS: v.optional(origins, ''),
  AUTH_COOKIE_PATH: v.optional(cookiePath),
  AUTH_COOKIE_SAMESITE: v.optional(oneOf(sameSiteWords)),
  /** On outside production unless told otherwise. */
  AUTH_PLAYGROUND: v.optional(onOff),
  /** As the playground. */
  AUTH_DOCS: v.optional(onOff),
  AUTH_DPOP: v.optional(oneOf(dpopWords)),
  AUTH_DPOP_NONCE: v.optional(onOff),
  AUTH_PUBLIC_URL: v.optional(publicUrl),
  AUTH_OAUTH: v.optional(onOff, 'off'),
  AUTH_OAUTH_CLIENTS: v.optional(oauthClients),
  AUTH_OAUTH_CLIENT_KEYS: v.optional(keyedClients, ''),
  AUTH_OAUTH_PUBLIC_CLIENTS: v.optional(publicClients, ''),
  AUTH_OAUTH_REVOKERS: v.optional(clientIds, ''),
  AUTH_AUDIT: v.optional(onOff, 'off'),
  AUTH_AUDIT_RETENTION: v.optional(auditEntries.auditRetention),
  AUTH_AUDIT_REFRESHES: v.optional(onOff, 'off'),
  AUTH_WEBHOOKS: v.optional(webhooks),
  AUTH_EVENT_RECEIVERS: v.optional(eventReceivers),
  AUTH_METRICS: v.optional(onOff, 'off'),
  AUTH_RSA_ALGORITHM: v.optional(oneOf(['RS256', 'PS256'])),
  SQLITE_SYNCHRONOUS: v.optional(oneOf(['full', 'normal']), 'full'),
  TRUST_PROXY: v.optional(proxies, 'off'),
  TRUST_PROXY_HEADER: v.optional(oneOf(['x-forwarded-for', 'forwarded']), 'x-forwarded-for'),
  REDIS_URL: v.optional(urlReadBy(redisUrl)),
});

/** The token under which the server's parts receive their {@link Environment}. */
export const ENVIRONMENT = Symbol('nestjs-baton environment');

/** The standalone server's configuration, checked and complete. */
export type Environment = Readonly<v.InferOutput<typeof variables>> & {
  readonly secrets: Secrets;
  /** Where `secrets` has its keys from; null where it has none. */
  readonly keyFiles: KeyFiles | null;
  readonly sessionRules: SessionRules;
};

/** Whether it hands out the refresh token as a cookie. */
export function offersCookies({ AUTH_COOKIES, AUTH_PRESET }: Environment): boolean {
  return AUTH_COOKIES ?? AUTH_PRESET !== undefined;
}

/** The name of every variable. */
export const VARIABLES: readonly string[] = [
  ...Object.keys(variables.entries),
  ...Object.values(SESSION_VARIABLES),
  ...SECRET_VARIABLES,
];

/**
 * Reads the configuration from environment variables; an empty one counts as unset.
 *
 * @throws EnvironmentError with a line for each variable that cannot be used
 */
export function readEnvironment(given: Readonly<Record<string, string | undefined>>): Environment {
  const env = withoutEmpty(given);
  const parsed = v.safeParse(variables, env);
  const lines = new Map<string, string>();
  for (const issue of parsed.issues ?? []) {
    const name = String(v.getDotPath(issue));
    if (!lines.has(name)) lines.set(name, `${name} ${issue.message}`);
  }
  const { rules, problems: ofRules } = sessionRules(env);
  for (const [name, takes] of [...ofRules, ...problemsOfOAuth(env)]) {
    lines.set(name, `${name} ${takes}`);
  }
  const { secrets, keyFiles, problems } = givenSecrets(
    env,
    parsed.success ? parsed.output.AUTH_RSA_ALGORITHM : undefined,
  );
  const all = [...lines.values(), ...problems, ...misspelt(Object.keys(env))];
  if (!parsed.success || rules === null || all.length > 0) throw new EnvironmentError(all);
  return { ...parsed.output, sessionRules: rules, secrets: completeSecrets(secrets), keyFiles };
}

/** `AUTH_PREFIX` alone may be empty: the routes then stand at the root. */
function withoutEmpty(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(isSet));
}

function isSet(entry: [string, string | undefined]): entry is [string, string] {
  return entry[1] !== undefined && (entry[1] !== '' || entry[0] === 'AUTH_PREFIX');
}

/** `AUTH_REGISTRATON=off` would leave the registration open, and nobody would know. */
function misspelt(names: readonly string[]): string[] {
  return names
    .filter((name) => name.startsWith('AUTH_') && !VARIABLES.includes(name))
    .map((name) => `${name} does not exist: the nearest variable is ${closest(name, VARIABLES)}`);
}
