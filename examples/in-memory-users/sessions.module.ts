import { randomBytes } from 'node:crypto';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from 'nestjs-baton';
import { CreateRefreshTokens1764000000000 } from 'nestjs-baton/migrations';
import { UsersService } from './users.service.js';

/** Forgotten at the end of the process, as the users and the sessions are. */
const freshSecret = (): string => randomBytes(32).toString('base64url');

@Module({ providers: [UsersService], exports: [UsersService] })
export class UsersModule {}

/** Users and sessions in memory: of this example, and of those of something else. */
@Module({
  imports: [
    UsersModule,
    TypeOrmModule.forRoot({
      type: 'better-sqlite3',
      database: ':memory:',
      autoLoadEntities: true,
      migrations: [CreateRefreshTokens1764000000000],
      migrationsRun: true,
    }),
    AuthModule.forRootAsync({
      imports: [UsersModule],
      inject: [UsersService],
      useFactory: (users: UsersService) => ({
        users,
        accessSecret: freshSecret(),
        refreshSecret: freshSecret(),
      }),
    }),
  ],
  exports: [UsersModule, AuthModule],
})
export class SessionsModule {}
