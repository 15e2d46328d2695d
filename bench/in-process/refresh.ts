import 'reflect-metadata';
import { createHash, createSecretKey } from 'node:crypto';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtService } from '@nestjs/jwt';
import Database from 'better-sqlite3';
import { AuthService } from 'nestjs-baton';
import { SECRETS, mintTokens } from '../driver/minted-tokens.js';
import { authImports } from '../subjects/auth-imports.js';
import { IN_PROCESS } from '../table/goals.js';
import { type Call, tell } from './turns.js';

/** What a refresh and a guard cost without HTTP, beside what they could not cost less than: CPU time, as JSON. */
@Module({ imports: authImports() })
class HostModule {}

/** As many as over HTTP. */
const SESSIONS = 32;
/** More than the module remembers, so that in turn each is new to it. */
const MANY = 50_000;

const app = await NestFactory.createApplicationContext(HostModule, { logger: ['error'] });
const auth = app.get(AuthService);
const logIn = () => auth.login({ username: 'ann', password: 'x', ip: null });

/** A session that is refreshed with what it just got. */
async function session(): Promise<() => Promise<void>> {
  let { refresh_token: token } = await logIn();
  return async () => {
    token = (await auth.refresh(token)).refresh_token;
  };
}

const { access_token: known, refresh_token: token } = await logIn();
const refresh = await session();
const sessions = await Promise.all(Array.from({ length: SESSIONS }, session));
const minted = mintTokens(known, MANY);
let turn = 0;

const key = createSecretKey(Buffer.from(SECRETS.AUTH_REFRESH_SECRET));
const jwt = new JwtService({ privateKey: key, publicKey: key });
const claims: { readonly sid: string } = jwt.decode(token);
const sign = (): string => jwt.sign(claims);
const verify = (): object => jwt.verify<object>(token);

const database = new Database(process.env['DATABASE_URL']?.slice('sqlite:'.length));
database.pragma('synchronous = NORMAL');
const swap = database.prepare(
  `UPDATE refresh_tokens SET token_hash = :next, generation = :n + 1, parent_generation = :n,
     sealed_successor = '${'s'.repeat(115)}', rotated_at = :now, confirmed_at = NULL, expires_at = :now + 604800000
   WHERE id = :id AND token_hash = :live AND COALESCE(revoked_at, 0) = 0 AND expires_at > :now
     AND absolute_expires_at >= :now`,
);
let row = {
  live: createHash('sha256').update(token).digest('base64url'),
  next: 'n'.repeat(43),
  n: 0,
};

/** The swap of a rotation as a prepared statement and nothing else. SQLite would not write what has not changed. */
function update(): void {
  const { changes } = swap.run({ ...row, id: claims.sid, now: Date.now() });
  if (changes !== 1) throw new Error('The bare swap missed');
  row = { live: row.next, next: row.live, n: row.n + 1 };
}

const calls: readonly Call[] = [
  { name: IN_PROCESS.one, call: refresh },
  {
    name: IN_PROCESS.many,
    call: () => Promise.all(sessions.map((next) => next())),
    does: SESSIONS,
  },
  { name: IN_PROCESS.limit, call: () => [update(), sign(), sign(), verify()] },
  { name: 'one UPDATE, prepared, better-sqlite3', call: update },
  { name: 'a signature by JwtService', call: sign },
  { name: 'a verification by JwtService', call: verify },
  {
    name: 'AuthService.authenticate, an access token seen before',
    call: () => auth.authenticate(known),
  },
  {
    name: 'AuthService.authenticate, a new one',
    call: () => auth.authenticate(minted[(turn = (turn + 1) % MANY)] ?? ''),
  },
];
await tell(calls, { rounds: 20, calls: 2_000 });
