/** An application on PostgreSQL, with whichever version of the package is installed beside it. */
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule } from 'nestjs-baton';
import * as migrations from 'nestjs-baton/migrations';

const { DATABASE_URL, AUTH_ACCESS_SECRET, AUTH_REFRESH_SECRET, PORT } = process.env;

/** Whoever asks is a user: what is tried here are the sessions. */
const userOf = (name) => ({ id: name, username: name });
const users = {
  authenticate: async ({ username }) => userOf(username),
  findById: async (id) => userOf(id),
};

function Application() {}

const root = {
  module: Application,
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: DATABASE_URL,
      autoLoadEntities: true,
      migrations: Object.values(migrations),
      migrationsRun: true,
    }),
    AuthModule.forRoot({
      users,
      accessSecret: AUTH_ACCESS_SECRET,
      refreshSecret: AUTH_REFRESH_SECRET,
    }),
  ],
};

// Clients that keep their connections busy would keep it from stopping.
const app = await NestFactory.create(root, { forceCloseConnections: true });
app.enableShutdownHooks();
app.getHttpAdapter().post('/users', (_request, response) => response.status(201).json({}));
await app.listen(PORT, '127.0.0.1');
console.log(`Listening on ${await app.getUrl()}`);
