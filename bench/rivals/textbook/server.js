import 'reflect-metadata';
import {
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  Injectable,
  Module,
  Post,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtModule } from '@nestjs/jwt';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule, getRepositoryToken } from '@nestjs/typeorm';
import bcrypt from 'bcrypt';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { AuthService } from './auth.service.js';
import { decorateClass, decorateMethod, decorateParameters } from './decorate.js';
import { RefreshToken, RefreshTokenSchema, User, UserSchema } from './entities.js';

/** Looks the user up for every request, as Nest's documentation and most tutorials have it. */
class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(users) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      ignoreExpiration: false,
      secretOrKey: process.env.AUTH_ACCESS_SECRET,
    });
    this.users = users;
  }

  async validate(payload) {
    const user = await this.users.findOneBy({ id: payload.sub });
    if (user === null) throw new UnauthorizedException();
    return { id: user.id, username: user.username };
  }
}
decorateClass(JwtStrategy, [Object], Injectable());
Inject(getRepositoryToken(User))(JwtStrategy, undefined, 0);

class JwtAuthGuard extends AuthGuard('jwt') {}
decorateClass(JwtAuthGuard, [], Injectable());

class AppController {
  constructor(auth) {
    this.auth = auth;
  }

  login({ username, password }) {
    return this.auth.login(username, password);
  }

  refresh(body) {
    return this.auth.refresh(body.refresh_token);
  }

  guarded() {
    return { hello: 'world' };
  }
}
decorateMethod(AppController, 'login', Post('auth/login'), HttpCode(200));
decorateParameters(AppController, 'login', Body());
decorateMethod(AppController, 'refresh', Post('auth/refresh'), HttpCode(200));
decorateParameters(AppController, 'refresh', Body());
decorateMethod(AppController, 'guarded', UseGuards(JwtAuthGuard), Get('guarded'));
decorateClass(AppController, [AuthService], Controller());

class AppModule {}
decorateClass(
  AppModule,
  [],
  Module({
    imports: [
      TypeOrmModule.forRoot({
        type: 'better-sqlite3',
        database: process.env.DATABASE_URL.slice('sqlite:'.length),
        enableWAL: true,
        prepareDatabase: (database) => database.pragma('synchronous = NORMAL'),
        entities: [UserSchema, RefreshTokenSchema],
        synchronize: true,
      }),
      TypeOrmModule.forFeature([User, RefreshToken]),
      PassportModule,
      JwtModule.register({
        secret: process.env.AUTH_ACCESS_SECRET,
        signOptions: { expiresIn: '15m' },
      }),
    ],
    controllers: [AppController],
    providers: [AuthService, JwtStrategy],
  }),
);

const adapter = process.env.PLATFORM === 'express' ? new ExpressAdapter() : new FastifyAdapter();
const app = await NestFactory.create(AppModule, adapter, { logger: ['error', 'warn'] });
const passwordHash = await bcrypt.hash('correct horse battery staple', 10);
await app.get(getRepositoryToken(User)).insert({ username: 'ann', passwordHash });
process.on('SIGTERM', () => process.exit(0));
await app.listen(0, '127.0.0.1');
console.log(`Listening on ${await app.getUrl()}`);
