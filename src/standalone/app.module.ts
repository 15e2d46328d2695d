import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AuthModule } from '../auth/auth.module.js';
import type { AuthModuleOptions } from '../auth/auth.options.js';
import type { OAuthClient } from '../auth/oauth/oauth-clients.js';
import { ENVIRONMENT, type Environment, offersCookies } from './environment/environment.js';
import { ErrorFilter } from './error.filter.js';
import { EventLog } from './event-log.js';
import { HealthController } from './health.controller.js';
import { KeyWatch } from './key-watch.js';
import { PlaygroundController } from './playground/playground.controller.js';
import { RedisModule, Shared } from './redis/redis.module.js';
import { UsersModule } from './users/users.module.js';
import { UsersService } from './users/users.service.js';
import { WriteProbe } from './write-probe.js';

/** An address may fail under so many names as often as under one: an office has many people. */
const NAMES_PER_ADDRESS = 30;

/** The standalone server: an application like any other that imports `AuthModule`. */
@Module({})
export class AppModule {
  /** @param further modules that are loaded only where they are switched on */
  static from(
    environment: Environment,
    dataSource: DataSource,
    further: readonly Type[] = [],
  ): DynamicModule {
    const redis = RedisModule.from(environment);
    return {
      module: AppModule,
      imports: [
        EnvironmentModule.of(environment),
        TypeOrmModule.forRootAsync({
          useFactory: () => dataSource.options,
          dataSourceFactory: async () => dataSource,
        }),
        AuthModule.forRootAsync({
          imports: [UsersModule, redis],
          inject: [UsersService, Shared],
          useFactory: (users: UsersService, shared: Shared) =>
            authOptions(environment, users, shared),
          routePrefix: environment.AUTH_PREFIX,
          oauth: environment.AUTH_OAUTH,
          audit: environment.AUTH_AUDIT,
        }),
        UsersModule,
        redis,
        ...further,
      ],
      controllers: [
        HealthController,
        ...(showsPlayground(environment) ? [PlaygroundController] : []),
      ],
      providers: [EventLog, KeyWatch, WriteProbe, { provide: APP_FILTER, useClass: ErrorFilter }],
    };
  }
}

/** Hands the configuration to whichever part asks for it. */
@Module({})
class EnvironmentModule {
  static of(environment: Environment): DynamicModule {
    const provider = { provide: ENVIRONMENT, useValue: environment };
    return { module: EnvironmentModule, global: true, providers: [provider], exports: [provider] };
  }
}

function showsPlayground({ AUTH_PLAYGROUND, NODE_ENV }: Environment): boolean {
  return AUTH_PLAYGROUND ?? NODE_ENV !== 'production';
}

function oauthClientsIn(env: Environment): OAuthClient[] {
  const { AUTH_OAUTH_CLIENTS = [], AUTH_OAUTH_REVOKERS } = env;
  const confidential = AUTH_OAUTH_CLIENTS.map((client) => ({
    ...client,
    revokesUsers: AUTH_OAUTH_REVOKERS.includes(client.id),
  }));
  return [...confidential, ...env.AUTH_OAUTH_CLIENT_KEYS, ...env.AUTH_OAUTH_PUBLIC_CLIENTS];
}

function authOptions(env: Environment, users: UsersService, shared: Shared): AuthModuleOptions {
  return {
    users,
    revocationFeed: shared.revocationFeed,
    dpopReplays: shared.dpopReplays,
    preset: env.AUTH_PRESET,
    dpop: env.AUTH_DPOP,
    dpopNonce: env.AUTH_DPOP_NONCE,
    publicUrl: env.AUTH_PUBLIC_URL,
    oauthClients: oauthClientsIn(env),
    auditRetention: env.AUTH_AUDIT_RETENTION,
    auditRefreshes: env.AUTH_AUDIT_REFRESHES,
    webhooks: env.AUTH_WEBHOOKS,
    eventReceivers: env.AUTH_EVENT_RECEIVERS,
    ...env.secrets,
    ...env.sessionRules,
    rsaAlgorithm: env.AUTH_RSA_ALGORITHM,
    attempts: {
      perName: env.AUTH_LOGIN_ATTEMPTS,
      perAddress: env.AUTH_LOGIN_ATTEMPTS * NAMES_PER_ADDRESS,
      window: env.AUTH_LOGIN_WINDOW,
      store: shared.attempts,
    },
    cookies: offersCookies(env) && {
      origins: env.AUTH_ORIGINS,
      allowPlainHttp: env.NODE_ENV !== 'production',
      path: env.AUTH_COOKIE_PATH,
      sameSite: env.AUTH_COOKIE_SAMESITE,
    },
  };
}
