import { Inject, Injectable, Module, type Type, forwardRef } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule, AuthService, type Credentials, type UserStore } from 'nestjs-baton';
import { IN_MEMORY } from '../host/databases.js';

const SECRETS = {
  accessSecret: 'access secret of the tests, 32 bytes+',
  refreshSecret: 'refresh secret of the tests, 32 bytes',
};
const ANN = { id: '1', username: 'ann' };

abstract class Users implements UserStore {
  async authenticate({ password }: Credentials) {
    return password === 'right' ? ANN : null;
  }

  async findById() {
    return ANN;
  }
}

/** The commonest wish: another password ends the sessions. */
@Injectable()
class UsersService extends Users {
  constructor(private readonly auth: AuthService) {
    super();
  }

  async changePassword(): Promise<void> {
    await this.auth.revokeSessions(ANN.id, 'password_changed');
  }
}

@Injectable()
class IndependentUsers extends Users {}

@Injectable()
class Passwords {
  constructor(@Inject(forwardRef(() => AuthService)) readonly auth: AuthService) {}
}

@Injectable()
class UsersByTheWay extends Users {
  constructor(readonly passwords: Passwords) {
    super();
  }
}

@Injectable()
class UsersWithProperty extends Users {
  @Inject(AuthService) readonly auth!: AuthService;
}

@Module({
  providers: [UsersService, UsersByTheWay, UsersWithProperty, Passwords],
  exports: [UsersService, UsersByTheWay, UsersWithProperty],
})
class UsersModule {}

const start = (
  auth: ReturnType<typeof AuthModule.forRootAsync>,
  imports: Type[] = [UsersModule],
) => {
  @Module({
    imports: [
      TypeOrmModule.forRoot({ ...IN_MEMORY, autoLoadEntities: true, synchronize: true }),
      ...imports,
      auth,
    ],
  })
  class AppModule {}
  return NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
};

const asObject = (service: Type<UserStore>) =>
  AuthModule.forRootAsync({
    imports: [UsersModule],
    inject: [service],
    useFactory: (users: UserStore) => ({ users, ...SECRETS }),
  });

/** By the option of Nest's own `ConfigurableModuleBuilder`. */
const givenToTheModule = (service: Type<UserStore>) =>
  AuthModule.forRootAsync({
    provideInjectionTokensFrom: [service],
    inject: [service],
    useFactory: (users: UserStore) => ({ users, ...SECRETS }),
  });

/** @see issue 12 */
describe('a users service that injects AuthService', () => {
  it('is given as a class, and can end sessions', async () => {
    const app = await start(AuthModule.forRoot({ users: UsersService, ...SECRETS }));
    const auth = app.get(AuthService);
    const credentials = { username: 'ann', password: 'right', ip: null };
    const pair = await auth.login(credentials);
    await auth.refresh(pair.refresh_token);
    await app.get(UsersService).changePassword();
    expect(await auth.sessions(ANN.id)).toEqual([]);
    await app.close();
  });

  it('as an object, stops the start with the line to write where Nest would wait for ever', async () => {
    await expect(start(asObject(UsersByTheWay), [])).rejects.toThrow(
      'AuthModule: its options wait for UsersByTheWay, which waits for Passwords, which waits for AuthService, ' +
        'which waits for the options. Take UsersByTheWay out of inject, ' +
        'and give the class in place of the object: users: UsersByTheWay',
    );
  });

  it('does so as well where it is a property', async () => {
    await expect(start(asObject(UsersWithProperty), [])).rejects.toThrow(
      'AuthModule: its options wait for UsersWithProperty, which waits for AuthService, which waits for the options',
    );
  });

  it('as an object, stops the start in our words, or in those of Nest where Nest finds out first', async () => {
    const words = /circular dependency|Take UsersService out of inject/;
    await expect(start(asObject(UsersService), [])).rejects.toThrow(words);
  });
});

/** @see issue 11 */
it('users that need nothing of the module may be given to the module itself', async () => {
  const app = await start(givenToTheModule(IndependentUsers), []);
  const credentials = { username: 'ann', password: 'right', ip: null };
  expect(await app.get(AuthService).login(credentials)).toMatchObject({ token_type: 'Bearer' });
  await app.close();
});

it('a class that no module provides stops the start', async () => {
  await expect(start(AuthModule.forRoot({ users: UsersService, ...SECRETS }), [])).rejects.toThrow(
    'AuthModule: option users takes a class that a module provides, in the default scope: add UsersService',
  );
});
