import type { Type } from '@nestjs/common';
import * as v from 'valibot';
import {
  type AuditOptions,
  type AuditSettings,
  auditEntries,
  auditSettings,
} from '../audit/audit-options.js';
import type { Clock } from '../clock.js';
import type { KeyRing } from '../keys/key-ring.js';
import type { RsaAlgorithm } from '../keys/signing-key.js';
import {
  type SessionOptions,
  type Settings,
  nonEmptyString,
  oneOf,
  settingsSchema,
} from '../options.js';
import type { RevocationFeed } from '../sessions/revocation-feed.js';
import type { AuthUser, FurtherFields, UserStore } from '../users/user-store.js';
import {
  type AttemptOptions,
  type AttemptSettings,
  attemptsSchema,
} from './attempts/attempt-options.js';
import { type AuthHooks, hookEntries, hooksOf } from './auth-hooks.js';
import { closedObject } from './closed-object.js';
import { type CookieOptions, type CookieSettings, cookiesSchema } from './cookie/cookie-options.js';
import { type DpopOptions, dpopEntries, dpopSettings } from './dpop/dpop-options.js';
import { hasMethods, objectWith } from './has-methods.js';
import { type CheckedKeys, type KeyOptions, keyEntries, keyRings } from './key-options.js';
import { type LoginFieldSettings, type LoginFields, loginFieldsSchema } from './login-fields.js';
import {
  type OAuthClient,
  type OAuthOptions,
  oauthClientsOf,
  oauthEntries,
} from './oauth/oauth-clients.js';
import { type PresetOptions, presetEntries, withPreset } from './preset.js';
import { assertRandom } from './secret-check.js';

/** What an importing application tells `AuthModule`. */
export interface AuthModuleOptions<
  User extends AuthUser = AuthUser,
  Fields extends FurtherFields = FurtherFields,
>
  extends
    SessionOptions,
    KeyOptions,
    DpopOptions,
    OAuthOptions,
    PresetOptions,
    AuditOptions,
    AuthHooks<User> {
  /**
   * The application's users: an object, or the class of the service that a module provides, found once the
   * application is made, so that the service may inject `AuthService`.
   */
  readonly users: UserStore<User, Fields> | Type<UserStore<User, Fields>>;
  /** What a login is asked for: an e-mail address in place of a user name, a tenant, a code. @default a user name */
  readonly loginFields?: LoginFields<Fields> | undefined;
  /**
   * Offers the refresh token as a cookie to clients that send `X-Auth-Transport: cookie`; `true` is for
   * pages of the server's own origin only. @default false
   */
  readonly cookies?: boolean | CookieOptions | undefined;
  /**
   * The name under which Passport finds the strategy of access tokens: `AuthGuard('baton')`. Two modules in one
   * process need two. @default 'baton'
   */
  readonly strategy?: string | undefined;
  /** The same for refresh tokens. @default 'baton-refresh' */
  readonly refreshStrategy?: string | undefined;
  /** Limits on failed attempts, by each instance or for all; `false` is none. @default the defaults */
  readonly attempts?: AttemptOptions | false | undefined;
  /**
   * Whether a WebSocket may be opened with its token in the query string, as `access_token`, where it ends up in
   * the logs of every proxy. @default false
   */
  readonly socketQueryToken?: boolean | undefined;
  /** Carries revocations between instances faster than `revocationPoll`, which finds what it loses. @default none */
  readonly revocationFeed?: RevocationFeed | undefined;
  /** Where the time comes from; it is believed as it is, and never corrected. @default the database's clock */
  readonly clock?: Clock | undefined;

  /**
   * What `request.user` is on a guarded route: an `AuthenticatedUser`, or `full` for what `users.findById` returns,
   * at the price of asking it on each request. `@CurrentSession()` is the `AuthenticatedUser` in any case.
   * @default 'claims'
   */
  readonly user?: 'claims' | 'full' | undefined;
}

/** The token under which the options arrive, as the application gave them. */
export const AUTH_OPTIONS = Symbol('nestjs-baton options');

/** The token under which the module's parts receive their {@link AuthConfig}. */
export const AUTH_CONFIG = Symbol('nestjs-baton configuration');

/** The options, checked and complete. */
export interface AuthConfig extends AuthHooks, Pick<AuthModuleOptions, 'clock' | 'revocationFeed'> {
  readonly users: UserStore;
  readonly loginFields: LoginFieldSettings;
  readonly settings: Settings;
  readonly accessKeys: KeyRing;
  readonly refreshKeys: KeyRing;
  readonly rsaAlgorithm: RsaAlgorithm;
  readonly strategy: string;
  readonly refreshStrategy: string;
  readonly user: 'claims' | 'full';
  readonly socketQueryToken: boolean;
  readonly attempts: AttemptSettings;
  readonly dpop: ReturnType<typeof dpopSettings>;
  readonly oauthClients: readonly OAuthClient[];
  readonly audit: AuditSettings;
  /** Null where the cookie transport is off. */
  readonly cookies: CookieSettings | null;
}

/** The options of `AuthModule` cannot be used; the message names each one and what it takes. */
export class AuthOptionsError extends Error {}

/** Whether it has the methods of one. */
export const isUserStore = (value: unknown): value is UserStore =>
  hasMethods(value, 'authenticate', 'findById');

/** Arrow functions, such as a factory that nobody called, have no prototype. */
const isClass = (value: unknown): boolean =>
  typeof value === 'function' && typeof value.prototype === 'object';

const optionsSchema = closedObject({
  ...settingsSchema.entries,
  // Of a missing key valibot only says that it is missing; what stands in for it is refused in its own words.
  users: v.optional(
    v.custom<unknown>(
      (value) => isClass(value) || isUserStore(value),
      'takes an object with the methods authenticate and findById, or the class of one',
    ),
    null,
  ),
  clock: v.optional(objectWith<Clock>('nowMs')),
  revocationFeed: v.optional(objectWith<RevocationFeed>('publish', 'subscribe')),
  cookies: v.optional(cookiesSchema, false),
  strategy: v.optional(nonEmptyString, 'baton'),
  refreshStrategy: v.optional(nonEmptyString, 'baton-refresh'),
  user: v.optional(oneOf(['claims', 'full']), 'claims'),
  socketQueryToken: v.optional(v.boolean('takes true or false'), false),
  loginFields: v.optional(loginFieldsSchema, {}),
  attempts: v.optional(attemptsSchema, {}),
  ...keyEntries,
  ...dpopEntries,
  ...oauthEntries,
  ...presetEntries,
  ...auditEntries,
  ...hookEntries,
});

/**
 * Checks the options and turns them into what the module works with.
 *
 * @throws AuthOptionsError that names what is at fault, never its value
 */
export function resolveOptions(given: AuthModuleOptions): Omit<AuthConfig, 'users'> {
  const options = withPreset(given);
  const parsed = v.safeParse(optionsSchema, options);
  if (!parsed.success) throw optionsError(parsed.issues);
  const { clock, revocationFeed, cookies, attempts, strategy, refreshStrategy } = parsed.output;
  const { user, socketQueryToken, loginFields, ...rest } = parsed.output;
  const settings = v.parse(settingsSchema, options);
  const oauthClients = oauthClientsOf(options);
  const keys = keyRings(rest, optionError);
  assertRandom(secretsOf(rest, oauthClients), optionError);

  if (given.toUser !== undefined && user === 'full') {
    throw optionError('toUser', "takes the place of user: 'full': give one of them");
  }
  return {
    ...hooksOf(given),
    settings,
    clock,
    revocationFeed,
    cookies,
    attempts,
    dpop: dpopSettings(options),
    oauthClients,
    audit: auditSettings(options),
    ...keys,
    rsaAlgorithm: rest.rsaAlgorithm,
    strategy,
    refreshStrategy,
    user,
    socketQueryToken,
    loginFields,
  };
}

/** By the options that have them. */
function secretsOf(
  { accessSecret = [], refreshSecret }: Pick<CheckedKeys, 'accessSecret' | 'refreshSecret'>,
  clients: readonly OAuthClient[],
): Readonly<Record<string, readonly string[]>> {
  const oauthClients = clients.flatMap(({ secret = [] }) => secret);
  return { accessSecret, refreshSecret, oauthClients };
}

/** The error that names an option and what it takes. */
export function optionError(option: string, takes: string): AuthOptionsError {
  return new AuthOptionsError(`AuthModule: option ${option} ${takes}`);
}

function optionsError(issues: readonly v.BaseIssue<unknown>[]): AuthOptionsError {
  const lines = issues.map((issue) =>
    issue.type === 'raw_check'
      ? issue.message
      : `option ${v.getDotPath(issue) ?? ''} ${issue.message}`,
  );
  return new AuthOptionsError(`AuthModule: ${lines.join('; ')}`);
}
