import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule, getDataSourceToken } from '@nestjs/typeorm';
import { AuthModule, AuthOptionsError, RefreshToken } from 'nestjs-baton';
import request from 'supertest';
import type { DataSource } from 'typeorm';
import { UsersService } from '../../examples/in-memory-users/users.service.js';
import { IN_MEMORY } from '../host/databases.js';
import { ACCESS_SECRET, PASSWORD, REFRESH_SECRET } from '../host/start-host.js';

@Module({ providers: [UsersService], exports: [UsersService] })
class UsersModule {}

const secrets = { accessSecret: ACCESS_SECRET, refreshSecret: REFRESH_SECRET };

async function create(authModule: DynamicModule) {
  @Module({
    imports: [
      TypeOrmModule.forRoot({
        ...IN_MEMORY,
        autoLoadEntities: true,
        synchronize: true,
        retryAttempts: 0,
      }),
      UsersModule,
      authModule,
    ],
  })
  class HostModule {}

  return NestFactory.create(HostModule, { logger: false, abortOnError: false });
}

async function login(authModule: DynamicModule, path: string) {
  const app = await create(authModule);
  await app.get(UsersService, { strict: false }).add('ann', PASSWORD);
  await app.listen(0, '127.0.0.1');
  const answer = await request(await app.getUrl())
    .post(path)
    .send({ username: 'ann', password: PASSWORD });
  const sessions = app.get<DataSource>(getDataSourceToken()).getRepository(RefreshToken);
  const rows = await sessions.count();
  await app.close();
  return { status: answer.status, rows };
}

describe('forRootAsync', () => {
  it('takes its users from a provider of an imported module', async () => {
    const authModule = AuthModule.forRootAsync({
      imports: [UsersModule],
      inject: [UsersService],
      useFactory: (users: UsersService) => ({ users, ...secrets }),
    });
    expect(await login(authModule, '/auth/login')).toEqual({ status: 200, rows: 1 });
  });

  it('waits for a factory and takes the extras beside it', async () => {
    const authModule = AuthModule.forRootAsync({
      imports: [UsersModule],
      inject: [UsersService],
      useFactory: async (users: UsersService) => Promise.resolve({ users, ...secrets }),
      routePrefix: 'session',
      isGlobal: false,
    });
    expect(await login(authModule, '/session/login')).toEqual({ status: 200, rows: 1 });
  });
});

describe('an option that cannot be used stops the start and is named', () => {
  const users = new UsersService();

  it.each<[string, object]>([
    ['users', { users: {} }],
    ['users', { users: undefined }],
    ['accessSecret', { accessSecret: 'too short' }],
    ['accessSecret', { accessSecret: undefined }],
    ['accessPrivateKey', { accessSecret: undefined, accessPrivateKey: 'not a key' }],
    ['refreshSecret', { refreshSecret: ACCESS_SECRET }],
    ['refreshSecret', { refreshSecret: [] }],
    ['accessTtl', { accessTtl: '15 minutes' }],
    ['refreshTtl', { refreshTtl: 0 }],
    ['grace', { grace: -1 }],
    ['maxUses', { maxUses: 1.5 }],
    ['recovery', { recovery: 'on' }],
    ['reuseScope', { reuseScope: 'everybody' }],
    ['revocation', { revocation: 'sometimes' }],
    ['audience', { audience: '' }],
    ['onLogin', { onLogin: 'never' }],
    ['gracePeriod', { gracePeriod: '10s' }],
  ])('%s, as in %j', async (option, wrong) => {
    const options = Object.assign({ users, ...secrets }, wrong);
    for (const authModule of [
      AuthModule.forRoot(options),
      AuthModule.forRootAsync({ useFactory: () => options }),
    ]) {
      const start = create(authModule);
      await expect(start).rejects.toThrow(AuthOptionsError);
      await expect(start).rejects.toThrow(new RegExp(`^AuthModule: .*option ${option}\\b`));
      await expect(start).rejects.not.toThrow(/too short|not a key|access secret of/);
    }
  });

  it('several at once', async () => {
    const start = create(AuthModule.forRoot({ users, ...secrets, grace: 'soon', maxUses: -1 }));
    await expect(start).rejects.toThrow(/option grace .*option maxUses /);
  });

  it('a data source that does not exist', async () => {
    const start = create(AuthModule.forRoot({ users, ...secrets, dataSource: 'nowhere' }));
    await expect(start).rejects.toThrow(/nowhere/);
  });
});
