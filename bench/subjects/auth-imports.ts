import { TypeOrmModule } from '@nestjs/typeorm';
import {
  AuthModule,
  type AuthModuleOptions,
  RefreshToken,
  type UserStore,
  refreshTokenMigrations,
} from 'nestjs-baton';
import { SECRETS } from '../driver/minted-tokens.js';
import { connection } from './data-source.js';

const ANN = { id: '1', username: 'ann' };

/** Users in memory whose passwords cost nothing, so that only the module is measured. Never do this. */
const USERS: UserStore = {
  authenticate: async ({ username }) => (username === 'ann' ? ANN : null),
  findById: async (id) => (id === ANN.id ? ANN : null),
};

/** What an application imports that has `AuthModule` as the README shows it. */
export const authImports = (more: Partial<AuthModuleOptions> = {}) => [
  TypeOrmModule.forRoot({
    ...connection(),
    entities: [RefreshToken],
    migrations: refreshTokenMigrations(),
    migrationsRun: true,
  }),
  AuthModule.forRoot({
    users: USERS,
    accessSecret: SECRETS.AUTH_ACCESS_SECRET,
    refreshSecret: SECRETS.AUTH_REFRESH_SECRET,
    ...more,
  }),
];
