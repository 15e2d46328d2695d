import { APP_GUARD } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { Throttle, ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule, refreshTokenMigrations } from 'nestjs-baton';
import request from 'supertest';
import { UsersModule } from './../src/users.module.js';
import { UsersService } from './../src/users.service.js';

const secrets = { accessSecret: 'a'.repeat(48), refreshSecret: 'r'.repeat(48) };

const APPLICATION = {
  imports: [
    ThrottlerModule.forRoot([{ ttl: 60_000, limit: 100 }]),
    TypeOrmModule.forRoot({
      type: 'better-sqlite3',
      database: ':memory:',
      autoLoadEntities: true,
      migrations: [...refreshTokenMigrations()],
      migrationsRun: true,
    }),
    UsersModule,
    AuthModule.forRoot({
      ...secrets,
      users: UsersService,
      routeDecorators: [Throttle({ default: { ttl: 60_000, limit: 2 } })],
    }),
  ],
  providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }],
};

describe('@nestjs/throttler (e2e)', () => {
  it('limits our routes as @Throttle in routeDecorators says, and gives its own answer', async () => {
    const app = (await Test.createTestingModule(APPLICATION).compile()).createNestApplication();
    await app.init();
    const ann = { username: 'ann', password: 'correct horse battery staple' };
    await app.get(UsersService).add(ann.username, ann.password);
    const login = () => request(app.getHttpServer()).post('/auth/login').send(ann);

    await login().expect(200);
    const { body } = await login().expect(200);
    const third = await login().expect(429);
    expect(third.headers['retry-after']).toBeDefined();
    // Each route is counted by itself.
    await request(app.getHttpServer())
      .post('/auth/token/refresh')
      .send({ refresh_token: body.refresh_token })
      .expect(200);
    await app.close();
  });
});
