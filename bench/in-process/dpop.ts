import 'reflect-metadata';
import { createHash, createPublicKey, randomUUID, verify } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AuthService, JwtAuthGuard } from 'nestjs-baton';
import { SignJWT, calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { median } from '../harness/samples.js';
import { authImports } from '../subjects/auth-imports.js';
import { type Call, cpuUsOf, ratioOf } from './turns.js';

/**
 * `npm run bench:dpop`: what a guarded call costs that has a DPoP proof, beside the bare verification of the proof's
 * signature, each proof new and its key known. Exits with 1 beyond the limit.
 */
const LIMIT = 1.3;
const TURNS = { rounds: 40, calls: 500 };

@Module({ imports: authImports({ dpop: 'allowed' }) })
class HostModule {}

/** Whose guard is asked. */
class Route {
  me(): void {}
}

const { privateKey, publicKey } = await generateKeyPair('ES256');
const jwk = await exportJWK(publicKey);
const app = await NestFactory.create(HostModule, new FastifyAdapter(), { logger: false });
await app.listen(0, '127.0.0.1');
const ann = { id: '1', username: 'ann' };
const holder = { jkt: await calculateJwkThumbprint(jwk) };
const { access_token: token } = await app.get(AuthService).openSession(ann, undefined, holder);
const guard = app.get(JwtAuthGuard);
const ath = createHash('sha256').update(token).digest('base64url');

const proof = (): Promise<string> =>
  new SignJWT({ jti: randomUUID(), htm: 'GET', htu: 'http://127.0.0.1:3000/me', ath })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
    .setIssuedAt()
    .sign(privateKey);

function contextWith(dpop: string): ExecutionContextHost {
  const headers = { authorization: `DPoP ${token}`, dpop };
  const whence = { protocol: 'http', host: '127.0.0.1:3000', originalUrl: '/me', ip: '127.0.0.1' };
  return new ExecutionContextHost(
    [{ method: 'GET', headers, ...whence }, {}],
    Route,
    Route.prototype.me,
  );
}

let contexts: ExecutionContextHost[] = [];
const guarded: Call = {
  name: 'a guarded call with a proof',
  prepare: async (calls) => {
    contexts = (await Promise.all(Array.from({ length: calls }, proof))).map(contextWith);
    // Time for what a server does once a second: it asks the database for what was revoked.
    await sleep(5);
    await guard.canActivate(contextWith(await proof()));
  },
  call: () => {
    const context = contexts.pop();
    if (context === undefined || guard.canActivate(context) !== true)
      throw new Error('A proof was not let in at once');
  },
};

let signed: { data: Buffer; signature: Buffer }[] = [];
const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
const bare: Call = {
  name: 'the bare ES256 verification',
  prepare: async (calls) => {
    const proofs = await Promise.all(Array.from({ length: calls }, proof));
    signed = proofs.map((dpop) => {
      const dot = dpop.lastIndexOf('.');
      const signature = Buffer.from(dpop.slice(dot + 1), 'base64url');
      return { data: Buffer.from(dpop.slice(0, dot)), signature };
    });
  },
  call: () => {
    const { data, signature } = signed.pop() ?? { data: Buffer.of(), signature: Buffer.of() };
    if (!verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature))
      throw new Error('A signature was refused');
  },
};

const spent = await cpuUsOf([guarded, bare], TURNS);
await app.close();
const of = ({ name }: Call): number[] => spent.get(name) ?? [];
for (const one of [guarded, bare])
  console.log(`${one.name}: ${median(of(one)).toFixed(1)} µs of CPU`);
const ratio = ratioOf(of(guarded), of(bare));
console.log(
  `ratio ${ratio.toFixed(2)}, at most ${LIMIT}: median of ${TURNS.rounds} turns of ${TURNS.calls}`,
);
process.exitCode = ratio <= LIMIT ? 0 : 1;
