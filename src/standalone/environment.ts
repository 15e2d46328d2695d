import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { UnusableKeyError, privateKey, secretKey } from '../keys/signing-key.js';
import { durationSeconds, oneOf } from '../options.js';
import { type DatabaseAddress, databaseAddress } from './database.js';
import { type Secrets, keptSecrets } from './secrets.js';

/** Some variables cannot be used; one line for each that names it and what it takes, never its value. */
export class EnvironmentError extends Error {
  constructor(readonly lines: readonly string[]) {
    super(lines.join('\n'));
  }
}

const onOff = oneOf(['on', 'off']).transform((word) => word === 'on');

function wholeNumber(takes: string, most = Number.MAX_SAFE_INTEGER, least = 0) {
  return z
    .string()
    .regex(/^\d{1,15}$/, { error: takes })
    .transform(Number)
    .refine((number) => number >= least && number <= most, { error: takes });
}

const limit = wholeNumber('takes a whole number, 0 for no limit');

const isOrigin = (text: string): boolean =>
  /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;

const origins = z
  .string()
  .transform((list) => list.split(',').map((origin) => origin.trim()))
  .refine((list) => list.every(isOrigin), {
    error: 'takes origins such as https://app.example.com, separated by commas',
  });

const PREFIX = /^\/?$|^\/?[\w.~-]+(\/[\w.~-]+)*\/?$/;

const prefix = z
  .string()
  .regex(PREFIX, { error: 'takes a path such as auth or api/auth, or nothing' })
  .transform((path) => path.replaceAll(/^\/|\/$/g, ''));

const database = z.string().transform((url, context): DatabaseAddress => {
  const address = databaseAddress(url);
  if (address !== null) return address;
  const message = 'takes sqlite:<file>, sqlite::memory:, postgres://… or mysql://…';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const variables = z.object({
  NODE_ENV: z.string().default('development'),
  PORT: wholeNumber('takes a port, 0 to 65535', 65_535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: database.prefault('sqlite:data/baton.sqlite'),
  AUTH_ACCESS_TTL: durationSeconds(1).optional(),
  AUTH_REFRESH_TTL: durationSeconds(1).optional(),
  AUTH_SESSION_TTL: durationSeconds(1).optional(),
  AUTH_GRACE: durationSeconds(0).optional(),
  AUTH_RECOVERY: onOff.optional(),
  AUTH_MAX_USES: limit.optional(),
  AUTH_MAX_SESSIONS: limit.optional(),
  AUTH_REUSE_SCOPE: oneOf(['session', 'user']).optional(),
  AUTH_REVOCATION: oneOf(['cached', 'strict', 'off']).optional(),
  AUTH_REVOCATION_POLL: durationSeconds(1).optional(),
  AUTH_PREFIX: prefix.default('auth'),
  AUTH_ISSUER: z.string().optional(),
  AUTH_AUDIENCE: z.string().optional(),
  AUTH_REGISTRATION: onOff.default(true),
  AUTH_LOGIN_ATTEMPTS: wholeNumber('takes a whole number, at least 1', 1_000_000, 1).default(10),
  AUTH_LOGIN_WINDOW: durationSeconds(1).default(900),
  AUTH_COOKIES: onOff.default(false),
  AUTH_ORIGINS: origins.default([]),
  /** On outside production unless told otherwise. */
  AUTH_PLAYGROUND: onOff.optional(),
  TRUST_PROXY: z
    .union([z.literal('off').transform(() => 0), wholeNumber('', 1000)], {
      error: 'takes off or the number of proxies',
    })
    .default(0),
  REDIS_URL: z.undefined({ error: 'takes nothing: Redis is not in this version yet' }).optional(),
});

/** The token under which the server's parts receive their {@link Environment}. */
export const ENVIRONMENT = Symbol('nestjs-baton environment');

/** The standalone server's configuration, checked and complete. */
export type Environment = Readonly<z.infer<typeof variables>> & { readonly secrets: Secrets };

/**
 * Reads the configuration from environment variables; an empty one counts as unset.
 *
 * @throws EnvironmentError with a line for each variable that cannot be used
 */
export function readEnvironment(given: Readonly<Record<string, string | undefined>>): Environment {
  const env = withoutEmpty(given);
  const parsed = variables.safeParse(env);
  const lines = new Map<string, string>();
  for (const { path, message } of parsed.error?.issues ?? []) {
    const name = String(path[0]);
    if (!lines.has(name)) lines.set(name, `${name} ${message}`);
  }
  const { secrets, problems } = readSecrets(env);
  if (!parsed.success || problems.length > 0) {
    throw new EnvironmentError([...lines.values(), ...problems]);
  }
  return { ...parsed.data, secrets: completeSecrets(secrets) };
}

/** `AUTH_PREFIX` alone may be empty: the routes then stand at the root. */
function withoutEmpty(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(isSet));
}

function isSet(entry: [string, string | undefined]): entry is [string, string] {
  return entry[1] !== undefined && (entry[1] !== '' || entry[0] === 'AUTH_PREFIX');
}

function readSecrets(env: Readonly<Record<string, string>>) {
  const {
    AUTH_ACCESS_SECRET: accessSecret,
    AUTH_REFRESH_SECRET: refreshSecret,
    AUTH_ACCESS_KEY_FILE: keyFile,
  } = env;
  const accessPrivateKey = keyFile === undefined ? undefined : readKeyFile(keyFile);
  const problems = [
    problemOf('AUTH_ACCESS_SECRET', accessSecret, secretKey),
    problemOf('AUTH_REFRESH_SECRET', refreshSecret, secretKey),
    problemOf('AUTH_ACCESS_KEY_FILE', accessPrivateKey, privateKey),
    ...missing(env, 'AUTH_ACCESS_SECRET', keyFile ?? accessSecret),
    ...missing(env, 'AUTH_REFRESH_SECRET', refreshSecret),
  ].filter((problem) => problem !== null);
  if (problems.length === 0 && accessSecret !== undefined && accessSecret === refreshSecret) {
    problems.push('AUTH_REFRESH_SECRET takes another secret than the one for access tokens');
  }
  return { secrets: { accessSecret, accessPrivateKey, refreshSecret }, problems };
}

function problemOf(
  name: string,
  text: string | undefined,
  toKey: (text: string) => unknown,
): string | null {
  try {
    if (text !== undefined) toKey(text);
    return null;
  } catch (error) {
    if (error instanceof UnusableKeyError) return `${name} ${error.message}`;
    throw error;
  }
}

/** Outside production a missing secret is made and kept. */
function missing(
  env: Readonly<Record<string, string>>,
  name: string,
  value: string | undefined,
): string[] {
  if (env['NODE_ENV'] !== 'production' || value !== undefined) return [];
  return [`${name} is missing: it takes a secret of at least 32 bytes`];
}

/** A file that cannot be read is as good as one without a key. */
function readKeyFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function completeSecrets({
  accessSecret,
  accessPrivateKey,
  refreshSecret,
}: {
  readonly accessSecret: string | undefined;
  readonly accessPrivateKey: string | undefined;
  readonly refreshSecret: string | undefined;
}): Secrets {
  const refresh = refreshSecret ?? keptSecrets().refreshSecret;
  if (accessPrivateKey !== undefined) return { accessPrivateKey, refreshSecret: refresh };
  return { accessSecret: accessSecret ?? keptSecrets().accessSecret, refreshSecret: refresh };
}
