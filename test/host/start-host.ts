import { randomUUID } from 'node:crypto';
import { type INestApplication, Module, type ModuleMetadata, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule, getDataSourceToken } from '@nestjs/typeorm';
import { AuthModule, type AuthModuleExtras, type AuthModuleOptions } from 'nestjs-baton';
import { CreateRefreshTokens1764000000000 } from 'nestjs-baton/migrations';
import request from 'supertest';
import type { DataSource, DataSourceOptions } from 'typeorm';
import { UsersService } from '../../examples/in-memory-users/users.service.js';
import { IN_MEMORY } from './databases.js';
import type { HostUsers } from './quick-users.js';
import { TurnedClock } from './turned-clock.js';

export const PLATFORMS = ['express', 'fastify'] as const;
export type Platform = (typeof PLATFORMS)[number];

export const ACCESS_SECRET = 'access secret of the tests, 32 bytes+';
export const REFRESH_SECRET = 'refresh secret of the tests, 32 bytes';
export const PASSWORD = 'correct horse battery staple';

/** What a test may ask of the application that it starts. */
export interface HostOptions {
  readonly platform?: Platform;
  /** In place of the platform's own, where it is to be told something. */
  readonly adapter?: ExpressAdapter | FastifyAdapter;
  /** The database; one in memory unless told otherwise. */
  readonly database?: DataSourceOptions;
  /** Another instance of the same application: the two share users and clock. Give both one database. */
  readonly beside?: Host;
  /** The users; those of the example unless told otherwise. */
  readonly users?: HostUsers;
  readonly auth?: Partial<AuthModuleOptions>;
  readonly extras?: AuthModuleExtras;
  /** Where it listens; on a free port unless told otherwise. */
  readonly port?: number;
  /** Modules, controllers and providers of the application's own. */
  readonly imports?: ModuleMetadata['imports'];
  readonly controllers?: Type[];
  readonly providers?: ModuleMetadata['providers'];
  /** What the application does between being made and being started. */
  configure?(app: INestApplication): void;
}

/** A started application with its own users, clock and database. `ann` and `bob` have {@link PASSWORD}. */
export interface Host {
  readonly app: INestApplication;
  readonly url: string;
  readonly clock: TurnedClock;
  readonly users: HostUsers;
  readonly dataSource: DataSource;
  http(): ReturnType<typeof request>;
  close(): Promise<void>;
}

const running = new Set<INestApplication>();

/** A test that failed has not closed its hosts, and Jest would wait for them for ever. */
afterAll(async () => {
  for (const app of running) await app.close();
});

/** Starts a Nest application that imports `AuthModule`, as an application would, on a free port. */
export async function startHost(options: HostOptions = {}): Promise<Host> {
  const clock = options.beside?.clock ?? new TurnedClock();
  const users = options.beside?.users ?? (await withAnnAndBob(options.users ?? new UsersService()));
  const name = options.beside === undefined ? undefined : `beside ${randomUUID()}`;

  @Module({
    imports: [
      TypeOrmModule.forRoot({
        name,
        autoLoadEntities: true,
        migrations: [CreateRefreshTokens1764000000000],
        migrationsRun: true,
        retryAttempts: 0,
        ...(options.database ?? IN_MEMORY),
      }),
      AuthModule.forRoot({
        users,
        clock,
        accessSecret: ACCESS_SECRET,
        refreshSecret: REFRESH_SECRET,
        dataSource: name,
        ...options.auth,
        ...options.extras,
      }),
      ...(options.imports ?? []),
    ],
    controllers: options.controllers ?? [],
    providers: options.providers ?? [],
  })
  class HostModule {}

  const adapter = options.adapter ?? adapterOf(options.platform);
  const app = await NestFactory.create(HostModule, adapter, {
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  running.add(app);
  options.configure?.(app);
  await app.listen(options.port ?? 0, '127.0.0.1');
  const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  return {
    app,
    url,
    clock,
    users,
    dataSource: app.get<DataSource>(getDataSourceToken(name)),
    http: () => request(url),
    close: () => {
      running.delete(app);
      return app.close();
    },
  };
}

function adapterOf(platform?: Platform): ExpressAdapter | FastifyAdapter {
  return platform === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
}

async function withAnnAndBob(users: HostUsers): Promise<HostUsers> {
  await users.add('ann', PASSWORD);
  await users.add('bob', PASSWORD);
  return users;
}
