import { type Clock, machineTime } from '../../clock.js';
import {
  type RsaAlgorithm,
  UnusableKeyError,
  isSameSecret,
  secretKey,
} from '../../keys/signing-key.js';
import { TAKES_RANDOM, isGuessable } from '../../keys/secret-strength.js';
import { givenKeyFiles } from './key-files.js';
import { type Secrets, keptSecrets } from './secrets.js';

/**
 * The secrets that the environment gives, and one line for each variable that cannot be used, without its
 * value.
 */
export function givenSecrets(env: Variables, rsaAlgorithm: RsaAlgorithm = 'RS256') {
  const {
    AUTH_ACCESS_SECRET: accessSecret,
    AUTH_REFRESH_SECRET: refreshSecret,
    AUTH_ACCESS_KEY_FILE: keyFile,
  } = env;
  const previousAccess = listIn(env['AUTH_ACCESS_SECRET_PREVIOUS']);
  const previousRefresh = listIn(env['AUTH_REFRESH_SECRET_PREVIOUS']);
  const isProduction = env['NODE_ENV'] === 'production';
  const previousFiles = listIn(env['AUTH_ACCESS_KEY_FILE_PREVIOUS']);
  const keys = givenKeyFiles(keyFile, previousFiles, rsaAlgorithm, WALL_CLOCK);
  const found: [string, string | null][] = [
    ['AUTH_ACCESS_SECRET', problemOfSecret(accessSecret, isProduction && keyFile === undefined)],
    ['AUTH_REFRESH_SECRET', problemOfSecret(refreshSecret, isProduction)],
    ['AUTH_REFRESH_SECRET', problemOfPair(accessSecret, refreshSecret)],
    ['AUTH_ACCESS_SECRET_PREVIOUS', problemOfPrevious(previousAccess, accessSecret, isProduction)],
    [
      'AUTH_REFRESH_SECRET_PREVIOUS',
      problemOfPrevious(previousRefresh, refreshSecret, isProduction),
    ],
    [
      'AUTH_REFRESH_SECRET_PREVIOUS',
      problemOfShared(previousRefresh, [accessSecret, ...previousAccess]),
    ],
    ['AUTH_ACCESS_SECRET_PREVIOUS', problemOfShared(previousAccess, [refreshSecret])],
    ['AUTH_ACCESS_KEY_FILE', keys.problem],
    ['AUTH_ACCESS_KEY_FILE_PREVIOUS', problemOfPreviousFiles(previousFiles, keyFile)],
    ['AUTH_ACCESS_KEY_FILE_PREVIOUS', keys.problemOfPrevious],
  ];
  const problems = new Map<string, string>();
  for (const [name, problem] of found) {
    if (problem !== null && !problems.has(name)) problems.set(name, `${name} ${problem}`);
  }
  const secrets = {
    accessSecret: withPrevious(accessSecret, previousAccess),
    accessPrivateKey: keys.files?.look().texts,
    refreshSecret: withPrevious(refreshSecret, previousRefresh),
  };
  return { secrets, keyFiles: keys.files, problems: [...problems.values()] };
}

/** Files say by the machine's clock when they came. */
const WALL_CLOCK: Clock = { nowMs: machineTime.wallMs };

type Variables = Readonly<Record<string, string>>;

/** The variables that hold secrets, or say where one is; not in the schema, so that none is ever repeated. */
export const SECRET_VARIABLES = [
  'AUTH_ACCESS_SECRET',
  'AUTH_REFRESH_SECRET',
  'AUTH_ACCESS_KEY_FILE',
  'AUTH_ACCESS_KEY_FILE_PREVIOUS',
  'AUTH_ACCESS_SECRET_PREVIOUS',
  'AUTH_REFRESH_SECRET_PREVIOUS',
] as const;

/** Several in one variable, separated by commas, the newest first. */
const listIn = (text: string | undefined): readonly string[] =>
  text === undefined ? [] : text.split(',').map((secret) => secret.trim());

/** The first signs, all verify. */
function withPrevious(current: string | undefined, previous: readonly string[]) {
  return current === undefined || previous.length === 0 ? current : [current, ...previous];
}

/** The secrets that this machine keeps have no previous ones. */
function problemOfPrevious(
  previous: readonly string[],
  current: string | undefined,
  isProduction: boolean,
): string | null {
  if (previous.length === 0) return null;
  if (current === undefined) return 'takes the current secret in its own variable';
  return previous.map((secret) => problemOfGiven(secret, isProduction)).find(Boolean) ?? null;
}

function problemOfPreviousFiles(previous: readonly string[], current?: string): string | null {
  const isAlone = previous.length > 0 && current === undefined;
  return isAlone ? 'takes the current key in AUTH_ACCESS_KEY_FILE' : null;
}

function problemOfShared(
  previous: readonly string[],
  others: readonly (string | undefined)[],
): string | null {
  const isShared = previous.some((one) =>
    others.some((other) => other !== undefined && isSameSecret(one, other)),
  );
  return isShared ? 'takes other secrets than those for the other kind of token' : null;
}

function problemOfPair(access: string | undefined, refresh: string | undefined): string | null {
  const isPair = access !== undefined && refresh !== undefined;
  if (!isPair || !isSameSecret(access, refresh)) return null;
  return 'takes another secret than the one for access tokens';
}

function problemOfSecret(secret: string | undefined, isProduction: boolean): string | null {
  if (secret === undefined) {
    return isProduction ? 'is missing: it takes a secret of at least 32 bytes' : null;
  }
  return problemOfGiven(secret, isProduction);
}

/** One that can be guessed is of no use for verifying, either: whatever it verifies can be forged. */
function problemOfGiven(secret: string, isProduction: boolean): string | null {
  const refusal = refusalOf(secret, secretKey);
  return refusal ?? (isProduction && isGuessable(secret) ? TAKES_RANDOM : null);
}

function refusalOf(text: string | undefined, toKey: (text: string) => unknown): string | null {
  try {
    if (text !== undefined) toKey(text);
    return null;
  } catch (error) {
    if (error instanceof UnusableKeyError) return error.message;
    throw error;
  }
}

/** What the environment does not give is taken from the secrets that this machine keeps. */
export function completeSecrets({
  accessSecret,
  accessPrivateKey,
  refreshSecret,
}: ReturnType<typeof givenSecrets>['secrets']): Secrets {
  const refresh = refreshSecret ?? keptSecrets().refreshSecret;
  if (accessPrivateKey !== undefined) return { accessPrivateKey, refreshSecret: refresh };
  return { accessSecret: accessSecret ?? keptSecrets().accessSecret, refreshSecret: refresh };
}
