import * as v from 'valibot';
import { functionSchema } from '../options.js';
import type { SessionOrigin } from '../sessions/storable-session.js';
import type { AccessTokenClaims } from '../tokens/access-token-codec.js';
import type { AuthUser } from '../users/user-store.js';

/**
 * What an application says while a session is opened, refreshed or used: the options that are functions. Each may be
 * `undefined`, as every other option.
 */
export type AuthHooks<User extends AuthUser = AuthUser> = {
  readonly [Name in keyof Hooks<User>]?: Hooks<User>[Name] | undefined;
};

/** The hooks as methods, so that those of an application may ask for a user of its own kind. */
interface Hooks<User extends AuthUser> {
  /** Makes `request.user` of the claims of an access token, in place of `user`. Throw an `HttpException` to refuse. */
  toUser(claims: AccessTokenClaims): unknown;

  /** The application's own claims of an access token; asked at login and at each refresh. */
  accessTokenClaims(user: User): Record<string, unknown> | Promise<Record<string, unknown>>;
  /**
   * Further fields of the body that answers a login or a refresh, where the application has one of its own; the pair's
   * cannot be replaced. Asked before anything is written: where it fails, no session opens and nothing is consumed.
   */
  responseFields(
    user: User,
    route: 'login' | 'refresh',
  ): Record<string, unknown> | Promise<Record<string, unknown>>;
  /** Called before a session opens. Throw an `HttpException` to refuse the user: locked, not verified. */
  onLogin(user: User, origin: SessionOrigin): void | Promise<void>;
  /** Called before a session is refreshed. Throw an `HttpException` to refuse; nothing is consumed. */
  onRefresh(user: User, sessionId: string): void | Promise<void>;
}

/** What the hooks take, among the other options. */
export const hookEntries = {
  toUser: v.optional(functionSchema),
  accessTokenClaims: v.optional(functionSchema),
  responseFields: v.optional(functionSchema),
  onLogin: v.optional(functionSchema),
  onRefresh: v.optional(functionSchema),
};

/** Bound to the options object, so that hooks may be methods of a class. */
export function hooksOf(options: AuthHooks) {
  return {
    accessTokenClaims: options.accessTokenClaims?.bind(options),
    responseFields: options.responseFields?.bind(options),
    onLogin: options.onLogin?.bind(options),
    onRefresh: options.onRefresh?.bind(options),
    toUser: options.toUser?.bind(options),
  };
}
