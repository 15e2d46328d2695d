import {
  type CanActivate,
  type ConfigurableModuleAsyncOptions,
  ConfigurableModuleBuilder,
  Controller,
  type DynamicModule,
  type ExecutionContext,
  Module,
  type Provider,
  type Type,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { APP_GUARD, DiscoveryModule, ModuleRef } from '@nestjs/core';
import { TypeOrmModule, getDataSourceToken } from '@nestjs/typeorm';
import { SETTINGS, type Settings } from '../options.js';
import type { AuthUser, FurtherFields } from '../users/user-store.js';
import { AUDIT_EXPORTS } from '../audit/audit.providers.js';
import { authEventEntity } from '../audit/auth-event.entity.js';
import { refreshTokenEntity } from '../sessions/entity-of-table.js';
import { ActivityController } from './activity/activity.controller.js';
import { AuthController } from './auth.controller.js';
import { AUTH_OPTIONS, type AuthModuleOptions } from './auth.options.js';
import { AUTH_EXPORTS, authProviders } from './auth.providers.js';
import { JwksController } from './jwks.controller.js';
import { JwtAuthGuard } from './jwt-auth.guard.js';
import { GlobalRevocationController } from './oauth/global-revocation.controller.js';
import { OAuthController } from './oauth/oauth.controller.js';
import { OAuthMetadataController } from './oauth/oauth-metadata.controller.js';
import { OWN_CLIENT_ID } from './oauth/own-client-id.js';
import { ROUTE_PREFIX } from './oauth/route-prefix.js';
import { assertOneFormat } from './one-format.js';

/** What has to be known before the options are: how the module hangs in the application. */
export interface AuthModuleExtras {
  /** Whether the guards and `AuthService` can be used without importing the module again. @default true */
  readonly isGlobal?: boolean | undefined;
  /** Whether `JwtAuthGuard` stands before every route that is not `@Public()`. @default false */
  readonly globalGuard?: boolean | undefined;
  /** Whether the module brings its routes. @default true */
  readonly controller?: boolean | undefined;
  /** Where its routes stand, without slashes at the ends; `''` is the root. @default 'auth' */
  readonly routePrefix?: string | undefined;
  /**
   * Decorators of the application's own for the class of the routes: `@Throttle()`, a key that its guards take for
   * public. They hold for each route but the public keys'. @default none
   */
  readonly routeDecorators?: readonly ClassDecorator[] | undefined;
  /** Whether it serves `GET /.well-known/jwks.json`; of two modules in one application, one can. @default true */
  readonly jwks?: boolean | undefined;
  /**
   * Whether it brings the standard endpoints, too: `oauth/token`, `oauth/revoke` and `oauth/introspect` below
   * `routePrefix`, and `GET /.well-known/oauth-authorization-server`. `issuer` then takes a URL. @default false
   */
  readonly oauth?: boolean | undefined;
  /** The name of the TypeORM data source that holds the sessions. @default TypeORM's default one */
  readonly dataSource?: string | undefined;
  /** The table that holds the sessions; its migrations are `refreshTokenMigrations(table)`. @default 'refresh_tokens' */
  readonly table?: string | undefined;
  /**
   * Whether events are kept in a table, whose migrations are `authEventMigrations()`, and users see theirs at
   * `GET activity`. @default false
   */
  readonly audit?: boolean | undefined;
  /** The table that holds the events; its migrations are `authEventMigrations(table)`. @default 'auth_events' */
  readonly auditTable?: string | undefined;
}

const DEFAULT_PREFIX = 'auth';

/** Only their names count here: an extra that is given as `undefined` has its default too. */
const EXTRAS: { readonly [Name in keyof Required<AuthModuleExtras>]: AuthModuleExtras[Name] } = {
  isGlobal: undefined,
  globalGuard: undefined,
  controller: undefined,
  routePrefix: undefined,
  routeDecorators: undefined,
  jwks: undefined,
  oauth: undefined,
  dataSource: undefined,
  table: undefined,
  audit: undefined,
  auditTable: undefined,
};

/**
 * The guard before every route. It is looked up when it is first asked, so that `PlacementCheck`, not Nest, says what
 * made it request-scoped.
 */
class GlobalGuard implements CanActivate {
  private guard: JwtAuthGuard | undefined;

  constructor(private readonly module: ModuleRef) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const guard = this.guard ?? this.module.get<JwtAuthGuard>(JwtAuthGuard);
    this.guard = guard;
    return guard.canActivate(context);
  }
}

const GLOBAL_GUARD: Provider = {
  provide: APP_GUARD,
  inject: [ModuleRef],
  useFactory: (module: ModuleRef): CanActivate => new GlobalGuard(module),
};

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<AuthModuleOptions>({
  optionsInjectionToken: AUTH_OPTIONS,
})
  .setClassMethodName('forRoot')
  .setExtras(EXTRAS, (definition, extras): DynamicModule => {
    const { isGlobal = true, globalGuard = false, dataSource } = extras;
    const { routePrefix = DEFAULT_PREFIX } = extras;
    const { imports = [], providers = [], exports = [] } = definition;
    const { sessions, events } = entitiesOf(extras);
    const entities = events === null ? [sessions] : [sessions, events];
    const parts = authProviders(getDataSourceToken(dataSource), sessions, events);
    return {
      ...definition,
      global: isGlobal,
      imports: [...imports, DiscoveryModule, TypeOrmModule.forFeature(entities, dataSource)],
      controllers: controllersOf(extras),
      providers: [
        ...providers,
        ...parts,
        { provide: ROUTE_PREFIX, useValue: routePrefix },
        ownClientId(extras),
        ...(globalGuard ? [GLOBAL_GUARD] : []),
      ],
      exports: [...exports, ...AUTH_EXPORTS, ...(events === null ? [] : AUDIT_EXPORTS)],
    };
  })
  .build();

/** RFC 9068 section 2.2 wants every access token to name a client, once there are some. */
function ownClientId({ oauth = false }: AuthModuleExtras): Provider {
  return {
    provide: OWN_CLIENT_ID,
    inject: [SETTINGS],
    useFactory: ({ issuer }: Settings) => (oauth ? issuer : null),
  };
}

/** The entities of the tables; that of the events is null where none are kept. */
function entitiesOf({ table, audit = false, auditTable = 'auth_events' }: AuthModuleExtras) {
  return {
    sessions: refreshTokenEntity(table ?? 'refresh_tokens'),
    events: audit ? authEventEntity(auditTable) : null,
  };
}

function controllersOf(extras: AuthModuleExtras): Type[] {
  const { controller = true, jwks = true, oauth = false, routeDecorators = [] } = extras;
  if (!controller) return [];
  const atPrefix = controllersAtPrefix(extras);
  for (const one of atPrefix) for (const decorate of routeDecorators) decorate(one);
  return [
    ...atPrefix,
    ...(jwks ? [JwksController] : []),
    ...(oauth ? [OAuthMetadataController] : []),
  ];
}

/** Free of versions, so that a host's URI versioning leaves the routes where they are. */
function controllersAtPrefix({
  routePrefix: path = DEFAULT_PREFIX,
  oauth = false,
  audit = false,
}: AuthModuleExtras): Type[] {
  @Controller({ path, version: VERSION_NEUTRAL })
  class AuthControllerAtPrefix extends AuthController {}
  @Controller({ path, version: VERSION_NEUTRAL })
  class OAuthControllerAtPrefix extends OAuthController {}
  @Controller({ path, version: VERSION_NEUTRAL })
  class GlobalRevocationControllerAtPrefix extends GlobalRevocationController {}
  @Controller({ path, version: VERSION_NEUTRAL })
  class ActivityControllerAtPrefix extends ActivityController {}
  return [
    AuthControllerAtPrefix,
    ...(oauth ? [OAuthControllerAtPrefix, GlobalRevocationControllerAtPrefix] : []),
    ...(audit ? [ActivityControllerAtPrefix] : []),
  ];
}

/**
 * Login, rotating refresh tokens, sessions and guards for an application that has users and a TypeORM
 * data source.
 *
 * @example
 * AuthModule.forRootAsync({
 *   inject: [UsersService],
 *   useFactory: (users: UsersService) => ({ users, accessSecret, refreshSecret }),
 * })
 */
@Module({})
export class AuthModule extends ConfigurableModuleClass {
  /** @throws AuthOptionsError at start-up when an option cannot be used */
  static override forRoot<User extends AuthUser, Fields extends FurtherFields = FurtherFields>(
    options: AuthModuleOptions<User, Fields> & AuthModuleExtras,
  ): DynamicModule {
    assertOneFormat();
    return super.forRoot(options);
  }

  /** As {@link forRoot}, with options that come from providers; the extras stand beside `useFactory`. */
  static override forRootAsync<User extends AuthUser, Fields extends FurtherFields = FurtherFields>(
    options: ConfigurableModuleAsyncOptions<AuthModuleOptions<User, Fields>> & AuthModuleExtras,
  ): DynamicModule {
    assertOneFormat();
    return super.forRootAsync(options);
  }
}
