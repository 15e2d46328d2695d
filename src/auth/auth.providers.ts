import type { InjectionToken, Provider } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { DataSource } from 'typeorm';
import type { AuthEventRecord } from '../audit/auth-event.entity.js';
import { CLOCK, type Clock } from '../clock.js';
import { AuthEvents } from '../events.js';
import { SETTINGS, type Settings } from '../options.js';
import { DatabaseClock } from '../sessions/database-clock.js';
import { databaseTime } from '../sessions/database-time.store.js';
import { SeenTokens } from '../sessions/seen-tokens.js';
import { ExpiredSessionSweeper } from '../sessions/expired-session-sweeper.js';
import type { RefreshToken } from '../sessions/refresh-token.entity.js';
import { LostLogins } from '../sessions/lost-logins.js';
import { LogoutService } from '../sessions/logout.service.js';
import { RefreshTokenStore } from '../sessions/refresh-token.store.js';
import { RevocationList } from '../sessions/revocation-list.js';
import { RevocationPush } from '../sessions/revocation-push.js';
import { RevocationService } from '../sessions/revocation.service.js';
import { RotationService } from '../sessions/rotation.service.js';
import { SessionTable } from '../sessions/session-table.js';
import { SessionLists } from '../sessions/session-lists.js';
import { SessionRoom } from '../sessions/session-room.js';
import { SessionService } from '../sessions/session.service.js';
import { Successors } from '../sessions/successors.js';
import { AccessTokenCodec } from '../tokens/access-token-codec.js';
import { RefreshTokenCodec } from '../tokens/refresh-token-codec.js';
import { VerifiedTokens } from '../tokens/verified-tokens.js';
import { AccessControl } from './access-control.js';
import { AccessKeys } from './access-keys.js';
import { auditParts } from './audit-parts.js';
import { AuthEventListeners } from './auth-event-listeners.js';
import { AuthHeadersInterceptor } from './auth-headers.interceptor.js';
import { AttemptLimits } from './attempts/attempt-limits.js';
import { CredentialCheck } from './credential-check.js';
import {
  AUTH_CONFIG,
  AUTH_OPTIONS,
  type AuthConfig,
  type AuthModuleOptions,
  resolveOptions,
} from './auth.options.js';
import { AuthResponder } from './auth-responder.js';
import { AuthService } from './auth.service.js';
import { BackgroundTasks } from '../sessions/background-tasks.js';
import { Connections } from './connections.js';
import { DpopNonces } from './dpop/nonces.js';
import { NonceHeader } from './dpop/nonce-header.js';
import { ProofOfPossession } from './dpop/proof-of-possession.js';
import { UsedProofs } from './dpop/used-proofs.js';
import { ErrorHeaders } from './error-headers.js';
import { InjectedUsersCheck, usersOf } from './injected-users.js';
import { JwtAuthGuard } from './jwt-auth.guard.js';
import { assertEventsKnown, assertSessionsKnown } from './known-entity.js';
import { KnownUsers } from './known-users.js';
import { ClientAuthentication } from './oauth/client-authentication.js';
import { TokenIntrospection } from './oauth/token-introspection.js';
import { JwtStrategy } from './passport/jwt.strategy.js';
import { PlacementCheck } from './placement-check.js';
import { ProxyWarning } from './proxy-warning.js';
import { RefreshCookie } from './cookie/refresh-cookie.js';
import { ReplacedSession } from './replaced-session.js';
import { RefreshTokenGuard } from './refresh-token.guard.js';
import { RefreshTokenStrategy } from './passport/refresh-token.strategy.js';
import { RequestUser } from './request-user.js';
import { Responses } from './passport/responses.js';
import { StrategyNames } from './passport/strategy-names.js';
import { TokenPairs } from './token-pairs.js';
import { Handshakes } from './transports/handshakes.js';
import { Transports } from './transports/transports.js';

/** The parts that ask for nothing but each other, the settings and the clock. */
const PARTS: Provider[] = [
  PlacementCheck,
  AuthEvents,
  VerifiedTokens,
  SeenTokens,
  ExpiredSessionSweeper,
  RevocationService,
  LostLogins,
  LogoutService,
  SessionLists,
  SessionRoom,
  SessionService,
  Successors,
  RotationService,
  AccessKeys,
  AccessControl,
  RequestUser,
  AttemptLimits,
  CredentialCheck,
  TokenPairs,
  KnownUsers,
  AuthService,
  NonceHeader,
  UsedProofs,
  ProofOfPossession,
  AuthResponder,
  ClientAuthentication,
  TokenIntrospection,
  JwtStrategy,
  RefreshTokenStrategy,
  StrategyNames,
  JwtAuthGuard,
  RefreshTokenGuard,
  RefreshCookie,
  ReplacedSession,
  Responses,
  ErrorHeaders,
  AuthHeadersInterceptor,
  AuthEventListeners,
  BackgroundTasks,
  InjectedUsersCheck,
  ProxyWarning,
  Connections,
  Handshakes,
  Transports,
];

/** The options, checked and complete. */
const CONFIGURATION: Provider[] = [
  {
    provide: AUTH_CONFIG,
    inject: [AUTH_OPTIONS, ModuleRef],
    useFactory: (options: AuthModuleOptions, module: ModuleRef): AuthConfig => ({
      ...resolveOptions(options),
      users: usersOf(options, module),
    }),
  },
  {
    provide: SETTINGS,
    inject: [AUTH_CONFIG],
    useFactory: ({ settings }: AuthConfig) => settings,
  },
];

const CODECS: Provider[] = [
  {
    provide: AccessTokenCodec,
    inject: [AUTH_CONFIG, CLOCK],
    useFactory: ({ settings, accessKeys }: AuthConfig, clock: Clock) =>
      new AccessTokenCodec(settings, accessKeys, clock),
  },
  {
    provide: RefreshTokenCodec,
    inject: [AUTH_CONFIG, CLOCK],
    useFactory: ({ settings, refreshKeys }: AuthConfig, clock: Clock) =>
      new RefreshTokenCodec(settings, refreshKeys, clock),
  },
];

const PUSH: Provider = {
  provide: RevocationPush,
  inject: [AUTH_CONFIG, RevocationList, AuthEvents, CLOCK],
  useFactory: (
    { revocationFeed }: AuthConfig,
    revocations: RevocationList,
    events: AuthEvents,
    clock: Clock,
  ) => new RevocationPush(revocationFeed ?? null, revocations, events, clock),
};

const NONCES: Provider = {
  provide: DpopNonces,
  inject: [AUTH_CONFIG, CLOCK],
  useFactory: ({ refreshKeys }: AuthConfig, clock: Clock) =>
    new DpopNonces(refreshKeys.current.signWith, clock),
};

/**
 * The parts of one `AuthModule`. Each has its own, so that two in one process share nothing.
 *
 * @param events the entity of the events; null where none are kept
 */
export function authProviders(
  dataSource: InjectionToken,
  entity: typeof RefreshToken,
  events: typeof AuthEventRecord | null,
): Provider[] {
  return [
    ...CONFIGURATION,
    {
      provide: SessionTable,
      inject: [dataSource],
      useFactory: (source: DataSource) => {
        assertSessionsKnown(source, entity);
        if (events !== null) assertEventsKnown(source, events);
        return new SessionTable(source, entity);
      },
    },
    {
      provide: DatabaseClock,
      inject: [SessionTable],
      useFactory: (table: SessionTable) => new DatabaseClock(databaseTime(table)),
    },
    {
      provide: CLOCK,
      inject: [AUTH_CONFIG, DatabaseClock],
      useFactory: ({ clock }: AuthConfig, databaseClock: DatabaseClock) => clock ?? databaseClock,
    },
    ...CODECS,
    {
      provide: RefreshTokenStore,
      inject: [SessionTable],
      useFactory: (table: SessionTable) => new RefreshTokenStore(table),
    },
    {
      provide: RevocationList,
      inject: [SETTINGS, RefreshTokenStore, CLOCK],
      useFactory: (settings: Settings, store: RefreshTokenStore, clock: Clock) =>
        new RevocationList(settings, store, clock),
    },
    PUSH,
    NONCES,
    ...PARTS,
    ...auditParts(events),
  ];
}

/** What an application uses, and what the guards need in whichever module they are used. */
export const AUTH_EXPORTS = [
  AuthService,
  AuthResponder,
  AuthEvents,
  JwtAuthGuard,
  RefreshTokenGuard,
  AttemptLimits,
  AccessKeys,
  AccessControl,
  RequestUser,
  ProofOfPossession,
  JwtStrategy,
  RefreshTokenStrategy,
  RefreshCookie,
  ErrorHeaders,
  Connections,
  Transports,
  CLOCK,
  DatabaseClock,
  RevocationList,
  ExpiredSessionSweeper,
  SessionTable,
];
