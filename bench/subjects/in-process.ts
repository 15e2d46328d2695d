import 'reflect-metadata';
import { hash } from '@node-rs/argon2';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuthService } from 'nestjs-baton';
import { mintTokens, mintedSessionId } from '../driver/minted-tokens.js';
import { IMPORTS } from './auth-imports.js';
import { bareJwt } from './bare-jwt.js';
import { bareUpdate } from './bare-update.js';

/** What a refresh and a guard cost without HTTP, and what they could not cost less than: microseconds of CPU each, as JSON. */
@Module({ imports: IMPORTS })
class HostModule {}

/** Turns in the process of one core: as long as those of the servers are too long for what takes microseconds. */
const SLICE_MS = 100;
const WARM_ROUNDS = 5;
const ROUNDS = Number(process.env['ROUNDS'] ?? 20);

/** What has been spent on one kind of call so far. */
interface Spent {
  readonly call: () => unknown;
  calls: number;
  cpuUs: number;
}

/** Calls for a while; CPU time of all threads. What is synchronous is not waited for, for that costs as well. */
async function spend(spent: Spent): Promise<void> {
  const { call } = spent;
  let calls = 0;
  const before = process.cpuUsage();
  for (const endMs = performance.now() + SLICE_MS; performance.now() < endMs; calls += 1) {
    const result = call();
    if (result instanceof Promise) await result;
  }
  const { user, system } = process.cpuUsage(before);
  spent.calls += calls;
  spent.cpuUs += user + system;
}

/** Plays all in turns; between two turns, timers have theirs. */
async function play(all: readonly Spent[], rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    for (const spent of round % 2 === 0 ? all : [...all].reverse()) {
      await new Promise((resolve) => setImmediate(resolve));
      await spend(spent);
    }
  }
}

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

const pair = await logIn();
const refresh = await session();
/** As many as over HTTP. */
const SESSIONS = 32;
const sessions = await Promise.all(Array.from({ length: SESSIONS }, session));

/** More than the module remembers, so that in turn each is new to it. */
const MANY = 50_000;
const minted = mintTokens(
  pair.access_token,
  process.env['AUTH_ACCESS_SECRET'] ?? '',
  Array.from({ length: MANY }, (_, n) => ({ sid: mintedSessionId(n), gen: 0 })),
);
const known = pair.access_token;
let turn = 0;
const nextMinted = (): string => minted[(turn = (turn + 1) % MANY)] ?? '';

const secret = process.env['AUTH_REFRESH_SECRET'] ?? '';
const file = (process.env['DATABASE_URL'] ?? '').slice('sqlite:'.length);
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const calls = {
  refresh,
  together: () => Promise.all(sessions.map((refreshNext) => refreshNext())),
  known: () => auth.authenticate(known),
  fresh: () => auth.authenticate(nextMinted()),
  update: bareUpdate(file),
  ...bareJwt(pair.refresh_token, secret),
  argon2id: () => hash('correct horse battery staple', parameters),
};
const warm = Object.values(calls).map((call): Spent => ({ call, calls: 0, cpuUs: 0 }));
await play(warm, WARM_ROUNDS);
const spent = Object.entries(calls).map(([name, call]) => ({ name, call, calls: 0, cpuUs: 0 }));
await play(spent, ROUNDS);
const doneByOneCall = (name: string): number => (name === 'together' ? SESSIONS : 1);
const costs = spent.map(({ name, cpuUs, calls: count }) => [
  name,
  cpuUs / count / doneByOneCall(name),
]);
console.log(JSON.stringify(Object.fromEntries(costs)));
process.exit(0);
