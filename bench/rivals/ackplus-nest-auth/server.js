import 'reflect-metadata';
import * as nestAuth from '@ackplus/nest-auth';
import { Controller, Get, Module, UseGuards, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { TypeOrmModule } from '@nestjs/typeorm';
import { decorateClass, decorateMethod } from './decorate.js';

const { NestAuthAuthGuard, NestAuthEntities, NestAuthModule } = nestAuth.default ?? nestAuth;

class AppController {
  guarded() {
    return { hello: 'world' };
  }
}
decorateMethod(AppController, 'guarded', UseGuards(NestAuthAuthGuard), Get('guarded'));
decorateClass(AppController, [], Controller());

class AppModule {}
decorateClass(
  AppModule,
  [],
  Module({
    imports: [
      EventEmitterModule.forRoot(),
      TypeOrmModule.forRoot({
        type: 'better-sqlite3',
        database: process.env.DATABASE_URL.slice('sqlite:'.length),
        enableWAL: true,
        prepareDatabase: (database) => database.pragma('synchronous = NORMAL'),
        entities: [...NestAuthEntities],
        synchronize: true,
      }),
      TypeOrmModule.forFeature([...NestAuthEntities]),
      NestAuthModule.forRoot({
        appName: 'bench',
        isGlobal: true,
        session: {
          jwt: { secret: process.env.AUTH_ACCESS_SECRET },
          refreshTokenReuse: { revokeSession: true },
          maxSessionsPerUser: 1_000_000,
        },
        security: { rateLimit: { enabled: false } },
        adminConsole: { enabled: false },
      }),
    ],
    controllers: [AppController],
  }),
);

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
app.useGlobalPipes(new ValidationPipe({ transform: true }));
process.on('SIGTERM', () => process.exit(0));
await app.listen(0, '127.0.0.1');
console.log(`Listening on ${await app.getUrl()}`);
