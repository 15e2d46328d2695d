import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ENVIRONMENT, type Environment } from '../environment.js';
import { LoginAttempts } from './login-attempts.js';
import { User } from './user.entity.js';
import { UsersController } from './users.controller.js';
import { UsersService } from './users.service.js';

/** The application's users, as every application that imports `AuthModule` has its own. */
@Module({
  imports: [TypeOrmModule.forFeature([User])],
  controllers: [UsersController],
  providers: [
    UsersService,
    {
      provide: LoginAttempts,
      inject: [ENVIRONMENT],
      useFactory: ({ AUTH_LOGIN_ATTEMPTS, AUTH_LOGIN_WINDOW }: Environment) =>
        new LoginAttempts({ attempts: AUTH_LOGIN_ATTEMPTS, windowSeconds: AUTH_LOGIN_WINDOW }),
    },
  ],
  exports: [UsersService],
})
export class UsersModule {}
