import 'reflect-metadata';
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import Database from 'better-sqlite3';
import { AuthModule, AuthService, RefreshToken } from 'nestjs-baton';
import { CreateRefreshTokens1764000000000 } from 'nestjs-baton/migrations';
import { connection } from './data-source.js';
import { USERS } from './users.js';

/** What a refresh costs without HTTP, and what it could not cost less than: microseconds of CPU each, as JSON. */
@Module({
  imports: [
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
  ],
})
class HostModule {}

const MEASURE_MS = Number(process.env['MEASURE_MS'] ?? 1000);

/** CPU time of a call in microseconds, all threads; the first ones are not counted. */
async function cost(call: () => unknown): Promise<number> {
  const until = async (endMs: number): Promise<number> => {
    let calls = 0;
    for (; performance.now() < endMs; calls += 1) await call();
    return calls;
  };
  await until(performance.now() + MEASURE_MS);
  const before = process.cpuUsage();
  const calls = await until(performance.now() + MEASURE_MS);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

const app = await NestFactory.createApplicationContext(HostModule, { logger: ['error'] });
const auth = app.get(AuthService);
let pair = await auth.login({ username: 'ann', password: 'x', ip: null });
const first = pair.refresh_token;

const refresh = await cost(async () => {
  pair = await auth.refresh(pair.refresh_token);
});
await app.close();

const file = (process.env['DATABASE_URL'] ?? '').slice('sqlite:'.length);
const database = new Database(file);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = NORMAL');
const swap = database.prepare(
  `UPDATE refresh_tokens SET token_hash = ?, generation = ?, parent_generation = ?, sealed_successor = ?,
   rotated_at = ?, confirmed_at = NULL, expires_at = ?
   WHERE id = ? AND token_hash = ? AND revoked_at IS NULL AND expires_at > ?`,
);
const sealed = 's'.repeat(115);
const row = database
  .prepare<[], { token_hash: string }>('SELECT token_hash FROM refresh_tokens')
  .get();
let [live, other] = [row?.token_hash ?? '', 'y'.repeat(43)];
let generation = 1;
const update = await cost(() => {
  const now = Date.now();
  const { changes } = swap.run(
    other,
    generation,
    generation - 1,
    sealed,
    now,
    now + 604_800_000,
    pair.session_id,
    live,
    now,
  );
  if (changes !== 1) throw new Error('The bare swap missed');
  [live, other] = [other, live];
  generation += 1;
});

const key = createSecretKey(Buffer.from(process.env['AUTH_REFRESH_SECRET'] ?? ''));
const [head = '', body = '', signature = ''] = first.split('.');
const claims: unknown = JSON.parse(Buffer.from(body, 'base64url').toString());
const sign = await cost(() => {
  const signed = `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
});
const verify = await cost(() => {
  const expected = createHmac('sha256', key).update(`${head}.${body}`).digest();
  if (!timingSafeEqual(expected, Buffer.from(signature, 'base64url')))
    throw new Error('Not genuine');
  return [
    JSON.parse(Buffer.from(head, 'base64url').toString()),
    JSON.parse(Buffer.from(body, 'base64url').toString()),
  ];
});
const argon2id = await cost(() =>
  hash('correct horse battery staple', { memoryCost: 19_456, timeCost: 2, parallelism: 1 }),
);

console.log(JSON.stringify({ refresh, update, sign, verify, argon2id }));
process.exit(0);
