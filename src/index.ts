export { Activity, type ActivityPage } from './audit/activity.js';
export type { AuditOptions } from './audit/audit-options.js';
export type { EventReceiverOptions } from './audit/session-revoked-events.js';
export type { WebhookOptions } from './audit/webhook.js';
export type { NotifyUser, UserNotice } from './audit/user-notices.js';
export { authEventEntity, AuthEventRecord } from './audit/auth-event.entity.js';
export { AccessKeys } from './auth/access-keys.js';
export { AuthModule, type AuthModuleExtras } from './auth/auth.module.js';
export { type AuthModuleOptions, AuthOptionsError } from './auth/auth.options.js';
export type { OneOrMore } from './auth/key-options.js';
export type { CookieOptions } from './auth/cookie/cookie-options.js';
export { AUTH_ROUTE, isAuthRoute } from './auth/auth-route.js';
export { AttemptLimits } from './auth/attempts/attempt-limits.js';
export type { AttemptOptions } from './auth/attempts/attempt-options.js';
export type { AttemptPlace, AttemptStore } from './auth/attempts/shared-attempts.js';
export { AuthService } from './auth/auth.service.js';
export type { DpopOptions } from './auth/dpop/dpop-options.js';
export type { OAuthClient, OAuthOptions } from './auth/oauth/oauth-clients.js';
export type { PresetOptions } from './auth/preset.js';
export { OAuthError, type OAuthErrorCode } from './auth/oauth/oauth-error.js';
export { ProofOfPossession } from './auth/dpop/proof-of-possession.js';
export type { DpopReplays } from './auth/dpop/replay-memory.js';
export type { HolderOptions, OpenOptions, RefreshOptions } from './auth/holder-options.js';
export { type AuthCaller, AuthResponder } from './auth/auth-responder.js';
export {
  CurrentSession,
  CurrentUser,
  OnAuthEvent,
  OptionalAuth,
  Public,
} from './auth/auth.decorators.js';
export { Connections } from './auth/connections.js';
export type { LoginFields } from './auth/login-fields.js';
export { JwtAuthGuard } from './auth/jwt-auth.guard.js';
export { AuthHeadersInterceptor } from './auth/auth-headers.interceptor.js';
export { RefreshTokenGuard } from './auth/refresh-token.guard.js';
export type { AuthenticatedUser } from './auth/access-control.js';
export type { Clock } from './clock.js';
export {
  AuthError,
  type AuthErrorCode,
  type DpopFault,
  InvalidCredentialsError,
  InvalidDpopProofError,
  InvalidRequestError,
  InvalidTokenError,
  MaxUsesReachedError,
  MissingTokenError,
  NotFoundError,
  SessionMismatchError,
  SessionRevokedError,
  TokenExpiredError,
  type TokenName,
  TokenReusedError,
  TooManyAttemptsError,
  UnavailableError,
  UseDpopNonceError,
  UserRefusedError,
} from './errors.js';
export {
  type AuditLostEvent,
  type AuthEvent,
  type AuthEventOf,
  AuthEvents,
  type AuthEventType,
  type LoginFailedEvent,
  type PasswordChangedEvent,
  type ProofRefusedEvent,
  type SessionOpenedEvent,
  type SessionRefreshedEvent,
  type SessionRevokedEvent,
  type StaleCopyEvent,
  type TokenReusedEvent,
} from './events.js';
export type { RsaAlgorithm } from './keys/signing-key.js';
export type { Duration, SessionOptions } from './options.js';
export { authEventMigrations } from './migrations/audit/auth-event-migrations.js';
export { refreshTokenMigrations } from './migrations/refresh-token-migrations.js';
export { refreshTokenEntity } from './sessions/entity-of-table.js';
export type { LiveSession } from './sessions/live-session.js';
export { RefreshToken } from './sessions/refresh-token.entity.js';
export type { PushedRevocation, RevocationFeed } from './sessions/revocation-feed.js';
export type { SessionPage, SessionPageOptions } from './sessions/session-lists.js';
export type { SessionOrigin } from './sessions/storable-session.js';
export type { UserId } from './storable-text.js';
export type { AccessTokenClaims } from './tokens/access-token-codec.js';
export type { PresentedRefreshToken, RefreshTokenClaims } from './tokens/refresh-token-codec.js';
export type { AuthUser, Credentials, FurtherFields, UserStore } from './users/user-store.js';
export type { EndedSession } from './sessions/session-origins.store.js';
export type {
  ActivityBody,
  ActivityEventBody,
  EndedSessionBody,
  EndedSessionsBody,
  ErrorBody,
  MeBody,
  SessionBody,
  SessionsBody,
  TokenPairBody,
} from './wire.js';
