import * as v from 'valibot';

/** A whole number of seconds, or a whole number with a unit: `30s`, `15m`, `12h`, `7d`; at most ten years. */
export type Duration = number | string;

const SECONDS_PER_UNIT = new Map([
  ['', 1],
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
]);

/** Ten years: longer than any lifetime that makes sense, short enough for every date to stay a date. */
const LONGEST_DAYS = 3650;

/**
 * Reads a duration.
 *
 * @returns whole seconds; `NaN` when the text is not a duration
 */
function toSeconds(duration: Duration): number {
  const [, digits, unit] = /^(\d{1,12})([smhd]?)$/.exec(String(duration)) ?? [];
  return Number(digits) * (SECONDS_PER_UNIT.get(unit ?? '') ?? Number.NaN);
}

/** A schema for a duration, from `least` seconds to ten years, that comes out as whole seconds. */
export function durationSeconds(least: 0 | 1) {
  const message = `takes a whole number of seconds or a duration such as 30s, 15m, 12h or 7d, ${least}s to ${LONGEST_DAYS}d`;
  return v.pipe(
    v.union([v.number(), v.string()], message),
    v.transform(toSeconds),
    v.check((seconds) => seconds >= least && seconds <= LONGEST_DAYS * 86_400, message),
  );
}

/** A schema for a whole number that is not negative; 0 usually means no limit. */
export const wholeNumber = v.pipe(
  v.number('takes a whole number, 0 or more'),
  v.check(
    (number) => Number.isSafeInteger(number) && number >= 0,
    'takes a whole number, 0 or more',
  ),
);

/** A schema for a whole number from 1 on. */
const countingNumber = v.pipe(
  v.number('takes a whole number, 1 or more'),
  v.check(
    (number) => Number.isSafeInteger(number) && number > 0,
    'takes a whole number, 1 or more',
  ),
);

/** A schema for text that is not empty. */
export const nonEmptyString = v.pipe(
  v.string('takes a non-empty string'),
  v.minLength(1, 'takes a non-empty string'),
);

/** A schema for a function. */
export const functionSchema = v.custom<(...args: never[]) => never>(
  (value) => typeof value === 'function',
  'takes a function',
);

const flag = v.boolean('takes true or false');

/** A schema for one of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return v.picklist(words, `takes ${words.join(' or ')}`);
}

/** The rules of sessions and tokens, with their defaults: the one place that knows them. */
export const settingsSchema = v.pipe(
  v.object({
    accessTtl: v.optional(durationSeconds(1), 900),
    refreshTtl: v.optional(durationSeconds(1), 604_800),
    sessionTtl: v.optional(durationSeconds(1), 2_592_000),
    grace: v.optional(durationSeconds(0), 10),
    recovery: v.optional(flag, true),
    recoverLostWrites: v.optional(flag, true),
    boundRotation: v.optional(flag, true),
    maxRecoveries: v.optional(wholeNumber, 0),
    maxUses: v.optional(wholeNumber, 0),
    maxSessions: v.optional(wholeNumber, 0),
    sessionCeiling: v.optional(countingNumber, 1000),
    reuseScope: v.optional(oneOf(['session', 'user']), 'session'),
    revocation: v.optional(oneOf(['cached', 'strict', 'off']), 'cached'),
    revocationPoll: v.optional(durationSeconds(1), 1),
    issuer: v.optional(nonEmptyString, 'nestjs-baton'),
    audience: v.optional(nonEmptyString, 'nestjs-baton'),
  }),
  v.transform(({ accessTtl, refreshTtl, sessionTtl, grace, revocationPoll, ...rest }) => ({
    ...rest,
    accessTtlSeconds: accessTtl,
    refreshTtlSeconds: refreshTtl,
    sessionTtlSeconds: sessionTtl,
    graceSeconds: grace,
    revocationPollSeconds: revocationPoll,
  })),
);

/** The rules of sessions and tokens, checked and complete. */
export type Settings = Readonly<v.InferOutput<typeof settingsSchema>>;

/** The token under which the module's parts receive their {@link Settings}. */
export const SETTINGS = Symbol('nestjs-baton settings');

/** The rules of sessions and tokens, as an application gives them. */
export interface SessionOptions {
  /** Lifetime of an access token. @default '15m' */
  readonly accessTtl?: Duration | undefined;
  /** Idle lifetime of a session: each rotation starts it anew. @default '7d' */
  readonly refreshTtl?: Duration | undefined;
  /** Absolute lifetime of a session; no token reaches past it. @default '30d' */
  readonly sessionTtl?: Duration | undefined;
  /** How long after a rotation the parent still returns that same successor. May be 0. @default '10s' */
  readonly grace?: Duration | undefined;
  /**
   * Whether a parent whose successor was never seen in use receives another one after the grace period.
   * Switch it off, or call `AuthService.confirm`, where access tokens are only verified elsewhere.
   * @default true
   */
  readonly recovery?: boolean | undefined;
  /**
   * Whether a genuine token is accepted that is newer than its row, or has no row within ten minutes of its login:
   * the database lost a write. @default true
   */
  readonly recoverLostWrites?: boolean | undefined;
  /**
   * Whether sessions that are bound to a key (DPoP) rotate at each refresh. Off, a refresh token stays until half of
   * its lifetime is over, as FAPI 2.0 asks. @default true
   */
  readonly boundRotation?: boolean | undefined;
  /**
   * How many recoveries a session may have in a row: one parent that comes back for another successor, again
   * and again, without anybody having used one. The next is a reuse. 0 is no limit. @default 0
   */
  readonly maxRecoveries?: number | undefined;
  /** How many refreshes a session may have; 0 is no limit. @default 0 */
  readonly maxUses?: number | undefined;
  /** Live sessions per user; the one idle longest is revoked to make room. 0 is no limit. @default 0 */
  readonly maxSessions?: number | undefined;
  /**
   * Live sessions per user where `maxSessions` is no limit: nobody fills the table by logging in again and again.
   * The ones idle longest are revoked, as for `maxSessions`. @default 1000
   */
  readonly sessionCeiling?: number | undefined;
  /** Whether a reuse revokes its session or every session of the user. @default 'session' */
  readonly reuseScope?: 'session' | 'user' | undefined;
  /**
   * How a revoked session's access tokens are refused: `cached` from a list in memory, without a database
   * read per request; `strict` by reading the row each time; `off` lets them live out their lifetime.
   * @default 'cached'
   */
  readonly revocation?: 'cached' | 'strict' | 'off' | undefined;
  /** How often `cached` asks the database for what other instances have revoked. @default '1s' */
  readonly revocationPoll?: Duration | undefined;
  /** The claim `iss`, and the realm of the Bearer challenge. @default 'nestjs-baton' */
  readonly issuer?: string | undefined;
  /** The claim `aud`; a token for another audience is refused. @default 'nestjs-baton' */
  readonly audience?: string | undefined;
}
