import {
  Inject,
  Injectable,
  Module,
  type Provider,
  Scope,
  type Type,
  forwardRef,
} from '@nestjs/common';
import { NestFactory, REQUEST } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule, type UserStore } from 'nestjs-baton';
import { IN_MEMORY } from '../host/databases.js';
import { ACCESS_SECRET, REFRESH_SECRET } from '../host/start-host.js';

class NoUsers implements UserStore {
  async authenticate() {
    return null;
  }

  async findById() {
    return null;
  }
}

@Injectable({ scope: Scope.REQUEST })
class RequestScopedUsers extends NoUsers {}

@Injectable({ scope: Scope.REQUEST, durable: true })
class DurableUsers extends NoUsers {}

@Injectable()
class UsersOfTheRequest extends NoUsers {
  constructor(@Inject(REQUEST) readonly request: object) {
    super();
  }
}

@Injectable()
class UsersWithProperty extends NoUsers {
  @Inject(RequestScopedUsers) readonly others!: NoUsers;
}

@Injectable({ scope: Scope.TRANSIENT })
class TransientUsersOfTheRequest extends NoUsers {
  constructor(readonly others: RequestScopedUsers) {
    super();
  }
}

@Injectable({ scope: Scope.TRANSIENT })
class TransientUsers extends NoUsers {}

@Injectable()
class Plain {}

@Injectable()
class UsersOfBoth extends NoUsers {
  constructor(
    readonly plain: Plain,
    readonly others: RequestScopedUsers,
  ) {
    super();
  }
}

const TENANT = Symbol('the tenant');

@Injectable()
class UsersOfATenant extends NoUsers {
  constructor(@Inject(TENANT) readonly tenant: object) {
    super();
  }
}

@Injectable()
class Partner {
  constructor(
    @Inject(forwardRef(() => UsersWithAPartner)) readonly users: NoUsers,
    readonly others: RequestScopedUsers,
  ) {}
}

@Injectable()
class UsersWithAPartner extends NoUsers {
  constructor(@Inject(forwardRef(() => Partner)) readonly partner: Partner) {
    super();
  }
}

type AsyncOptions = Parameters<typeof AuthModule.forRootAsync>[0];

/** Starts an application whose users are a provider, and stops it again. */
async function start(
  users: Type<UserStore>,
  others: Provider[],
  extras: Partial<AsyncOptions> = {},
) {
  @Module({ providers: [users, ...others], exports: [users] })
  class UsersModule {}

  @Module({
    imports: [
      TypeOrmModule.forRoot({
        autoLoadEntities: true,
        synchronize: true,
        retryAttempts: 0,
        ...IN_MEMORY,
      }),
      AuthModule.forRootAsync({
        imports: [UsersModule],
        inject: [users],
        useFactory: (store: UserStore) => ({
          users: store,
          accessSecret: ACCESS_SECRET,
          refreshSecret: REFRESH_SECRET,
        }),
        ...extras,
      }),
    ],
  })
  class AppModule {}

  const app = await NestFactory.create(AppModule, new ExpressAdapter(), {
    logger: false,
    abortOnError: false,
  });
  try {
    await app.init();
  } finally {
    await app.close();
  }
}

/** @see issue 11 */
describe.each([
  ['without a global guard', {}],
  ['with globalGuard', { globalGuard: true }],
])('%s', (_what, extras) => {
  it.each([
    [RequestScopedUsers, [], 'RequestScopedUsers'],
    [DurableUsers, [], 'DurableUsers'],
    [UsersOfTheRequest, [], 'UsersOfTheRequest, which depends on REQUEST'],
    [
      UsersWithProperty,
      [RequestScopedUsers],
      'UsersWithProperty, which depends on RequestScopedUsers',
    ],
    [
      TransientUsersOfTheRequest,
      [RequestScopedUsers],
      'TransientUsersOfTheRequest, which depends on RequestScopedUsers',
    ],
    [UsersOfBoth, [Plain, RequestScopedUsers], 'UsersOfBoth, which depends on RequestScopedUsers'],
    [
      UsersOfATenant,
      [{ provide: TENANT, scope: Scope.REQUEST, useFactory: () => ({}) }],
      'UsersOfATenant, which depends on the tenant',
    ],
    [
      UsersWithAPartner,
      [Partner, RequestScopedUsers],
      'UsersWithAPartner, which depends on Partner, which depends on RequestScopedUsers',
    ],
  ])('request-scoped users stop the start, which names them: %p', async (users, others, names) => {
    const started = start(users, others, extras);
    await expect(started).rejects.toThrow(
      `AuthModule: its options depend on a request-scoped provider (${names}), `,
    );
    await expect(started).rejects.toThrow('ModuleRef.resolve()');
  });

  it('so do those that are given to the module itself', async () => {
    const given = { ...extras, provideInjectionTokensFrom: [RequestScopedUsers] };
    await expect(start(RequestScopedUsers, [], given)).rejects.toThrow(
      'AuthModule: its options depend on a request-scoped provider (RequestScopedUsers), ',
    );
  });

  it('transient ones do not', async () => {
    await expect(start(TransientUsers, [], extras)).resolves.toBeUndefined();
  });
});
