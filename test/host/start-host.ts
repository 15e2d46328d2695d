import { type INestApplication, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule, getDataSourceToken } from '@nestjs/typeorm';
import { AuthModule, type AuthModuleExtras, type AuthModuleOptions } from 'nestjs-baton';
import { CreateRefreshTokens1764000000000 } from 'nestjs-baton/migrations';
import request from 'supertest';
import type { DataSource, DataSourceOptions } from 'typeorm';
import { UsersService } from '../../examples/in-memory-users/users.service.js';
import { TurnedClock } from './turned-clock.js';

export const PLATFORMS = ['express', 'fastify'] as const;
export type Platform = (typeof PLATFORMS)[number];

export const ACCESS_SECRET = 'access secret of the tests, 32 bytes+';
export const REFRESH_SECRET = 'refresh secret of the tests, 32 bytes';
export const PASSWORD = 'correct horse battery staple';

/** What a test may ask of the application that it starts. */
export interface HostOptions {
  readonly platform?: Platform;
  /** The database; one in memory unless told otherwise. */
  readonly database?: DataSourceOptions;
  readonly auth?: Partial<AuthModuleOptions>;
  readonly extras?: AuthModuleExtras;
  /** Controllers and providers of the application's own. */
  readonly controllers?: Type[];
  readonly providers?: Type[];
  /** What the application does between being made and being started. */
  configure?(app: INestApplication): void;
}

/** A started application with its own users, clock and database. `ann` and `bob` have {@link PASSWORD}. */
export interface Host {
  readonly app: INestApplication;
  readonly url: string;
  readonly clock: TurnedClock;
  readonly users: UsersService;
  readonly dataSource: DataSource;
  http(): ReturnType<typeof request>;
  close(): Promise<void>;
}

/** Starts a Nest application that imports `AuthModule`, as an application would, on a free port. */
export async function startHost(options: HostOptions = {}): Promise<Host> {
  const clock = new TurnedClock();
  const users = new UsersService();
  await Promise.all(['ann', 'bob'].map((name) => users.add(name, PASSWORD)));

  @Module({
    imports: [
      TypeOrmModule.forRoot({
        ...(options.database ?? { type: 'better-sqlite3', database: ':memory:' }),
        autoLoadEntities: true,
        migrations: [CreateRefreshTokens1764000000000],
        migrationsRun: true,
        retryAttempts: 0,
      }),
      AuthModule.forRoot({
        users,
        clock,
        accessSecret: ACCESS_SECRET,
        refreshSecret: REFRESH_SECRET,
        ...options.auth,
        ...options.extras,
      }),
    ],
    controllers: options.controllers ?? [],
    providers: options.providers ?? [],
  })
  class HostModule {}

  const adapter = options.platform === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
  const app = await NestFactory.create(HostModule, adapter, { logger: ['error', 'warn'] });
  options.configure?.(app);
  await app.listen(0, '127.0.0.1');
  const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  return {
    app,
    url,
    clock,
    users,
    dataSource: app.get<DataSource>(getDataSourceToken()),
    http: () => request(url),
    close: () => app.close(),
  };
}
