// What a guarded call costs that has a DPoP proof, beside the bare verification of the proof's signature: in process,
// in pairs, each proof new and its key known. Fails beyond the limit.
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  verify,
} from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule, AuthService, JwtAuthGuard, RefreshToken } from '../dist/index.js';

const LIMIT = 1.3;
const PAIRS = 40;
const CALLS = 500;
const URL = 'http://127.0.0.1:3000/me';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const jwk = publicKey.export({ format: 'jwk' });
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const header = part({ alg: 'ES256', typ: 'dpop+jwt', jwk });
const jkt = createHash('sha256')
  .update(JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }))
  .digest('base64url');
const dsaEncoding = 'ieee-p1363';

class Users {
  authenticate = async () => null;
  findById = async (id) => ({ id, username: id });
}

// A module without a class of its own.
const Application = {
  module: class {
    name = 'benchmark';
  },
  imports: [
    TypeOrmModule.forRoot({
      type: 'better-sqlite3',
      database: ':memory:',
      entities: [RefreshToken],
      synchronize: true,
    }),
    AuthModule.forRoot({
      users: new Users(),
      accessSecret: 'an access secret of the benchmark, 32 bytes',
      refreshSecret: 'a refresh secret of the benchmark, 32 bytes',
      dpop: 'allowed',
    }),
  ],
};

const app = await NestFactory.create(Application, new FastifyAdapter(), { logger: false });
await app.listen(0, '127.0.0.1');
const { access_token: token } = await app
  .get(AuthService)
  .openSession({ id: 'ann', username: 'ann' }, undefined, { jkt });
const guard = app.get(JwtAuthGuard);
const ath = createHash('sha256').update(token).digest('base64url');

function proof() {
  const iat = Math.floor(Date.now() / 1000);
  const payload = part({ jti: randomUUID(), htm: 'GET', htu: URL, iat, ath });
  const signed = `${header}.${payload}`;
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding });
  return `${signed}.${signature.toString('base64url')}`;
}

class Route {
  me() {}
}
const contextOf = (dpop) => {
  const request = {
    method: 'GET',
    headers: { authorization: `DPoP ${token}`, dpop },
    protocol: 'http',
    host: '127.0.0.1:3000',
    originalUrl: '/me',
    ip: '127.0.0.1',
  };
  return {
    getType: () => 'http',
    getHandler: () => Route.prototype.me,
    getClass: () => Route,
    getArgs: () => [request],
    switchToHttp: () => ({ getRequest: () => request, getResponse: () => ({}) }),
  };
};

const bareKey = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding };
const bareOf = (dpop) => {
  const dot = dpop.lastIndexOf('.');
  return [Buffer.from(dpop.slice(0, dot)), Buffer.from(dpop.slice(dot + 1), 'base64url')];
};

function cpuOf(work) {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / CALLS;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const measured = [];
for (let pair = 0; pair <= PAIRS; pair += 1) {
  const proofs = Array.from({ length: CALLS }, proof);
  const contexts = proofs.map(contextOf);
  // Time for what a server does once a second: it asks the database for what was revoked.
  await sleep(5);
  await guard.canActivate(contextOf(proof()));
  const bares = proofs.map(bareOf);
  const guarded = () =>
    contexts.forEach((context) => {
      if (guard.canActivate(context) !== true) throw new Error('A proof was not let in at once');
    });
  const bare = () =>
    bares.forEach(([data, signature]) => {
      if (!verify('sha256', data, bareKey, signature)) throw new Error('A signature was refused');
    });
  const guardFirst = pair % 2 === 0;
  const first = cpuOf(guardFirst ? guarded : bare);
  const second = cpuOf(guardFirst ? bare : guarded);
  const [ofGuard, ofBare] = guardFirst ? [first, second] : [second, first];
  // The first pair warms up.
  if (pair > 0) measured.push({ ofGuard, ofBare, ratio: ofGuard / ofBare });
}
await app.close();
const ratio = median(measured.map((pair) => pair.ratio));
process.stdout.write(
  `a guarded call with a proof: ${median(measured.map(({ ofGuard }) => ofGuard)).toFixed(1)} µs of CPU; ` +
    `the bare ES256 verification: ${median(measured.map(({ ofBare }) => ofBare)).toFixed(1)} µs; ` +
    `ratio ${ratio.toFixed(2)}, at most ${LIMIT} (median of ${PAIRS} pairs of ${CALLS})\n`,
);
process.exitCode = ratio <= LIMIT ? 0 : 1;
