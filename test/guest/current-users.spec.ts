import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  AuthEvents,
  AuthModule,
  AuthService,
  InvalidCredentialsError,
  type UserStore,
} from 'nestjs-baton';
import { IN_MEMORY } from '../host/databases.js';
import { ACCESS_SECRET, REFRESH_SECRET } from '../host/start-host.js';

const ANN = { id: '1', username: 'ann' };

/** Somebody changes the password while it is being checked. */
@Injectable()
class ChangingUsers implements UserStore {
  hasChanged = false;

  async authenticate() {
    return ANN;
  }

  async findById() {
    return ANN;
  }

  async isCurrent() {
    return !this.hasChanged;
  }
}

const object = new ChangingUsers();

/** @see issue 11 */
it.each([
  ['an object', object],
  ['a class', ChangingUsers],
])(
  'a login with a password that was changed meanwhile leaves no session, with users that are %s',
  async (_what, users) => {
    @Module({
      imports: [
        TypeOrmModule.forRoot({ ...IN_MEMORY, autoLoadEntities: true, synchronize: true }),
        AuthModule.forRoot({ users, accessSecret: ACCESS_SECRET, refreshSecret: REFRESH_SECRET }),
      ],
      providers: [{ provide: ChangingUsers, useValue: object }],
    })
    class AppModule {}

    const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
    const auth = app.get(AuthService);
    const reasons: string[] = [];
    app
      .get(AuthEvents)
      .on('session.revoked')
      .subscribe(({ reason }) => reasons.push(reason));
    const login = () => auth.login({ username: 'ann', password: 'right', ip: null });
    object.hasChanged = false;
    await login();
    object.hasChanged = true;
    await expect(login()).rejects.toThrow(InvalidCredentialsError);
    expect(await auth.sessions(ANN.id)).toHaveLength(1);
    expect(reasons).toEqual(['password_changed']);
    await app.close();
  },
);
