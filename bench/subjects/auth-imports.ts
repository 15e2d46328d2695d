import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule, RefreshToken } from 'nestjs-baton';
import { CreateRefreshTokens1764000000000 } from 'nestjs-baton/migrations';
import { connection } from './data-source.js';
import { USERS } from './users.js';

/** What an application imports that has `AuthModule` as the README shows it. */
export const IMPORTS = [
  TypeOrmModule.forRoot({
    ...connection(),
    entities: [RefreshToken],
    migrations: [CreateRefreshTokens1764000000000],
    migrationsRun: true,
  }),
  AuthModule.forRoot({
    users: USERS,
    accessSecret: process.env['AUTH_ACCESS_SECRET'] ?? '',
    refreshSecret: process.env['AUTH_REFRESH_SECRET'] ?? '',
  }),
];
