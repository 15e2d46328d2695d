import 'reflect-metadata';
import { createHash, createPublicKey, randomUUID, verify } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AuthService, JwtAuthGuard } from 'nestjs-baton';
import { SignJWT, calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { authImports } from '../subjects/auth-imports.js';
import { DPOP } from '../table/goals.js';
import { type Call, tell } from './turns.js';

/** What a guarded call costs that has a DPoP proof, beside the bare verification of it: each new, its key known. */

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
const proofs = (count: number) => Promise.all(Array.from({ length: count }, proof));

function contextOf(dpop: string): ExecutionContextHost {
  const headers = { authorization: `DPoP ${token}`, dpop };
  const whence = { protocol: 'http', host: '127.0.0.1:3000', originalUrl: '/me', ip: '127.0.0.1' };
  const given = [{ method: 'GET', headers, ...whence }, {}];
  return new ExecutionContextHost(given, Route, Route.prototype.me);
}

let contexts: ExecutionContextHost[] = [];
const guarded: Call = {
  name: DPOP.guarded,
  prepare: async (calls) => {
    contexts = (await proofs(calls)).map(contextOf);
    // Time for what a server does once a second: it asks the database for what was revoked.
    await sleep(5);
    await guard.canActivate(contextOf(await proof()));
  },
  call: (n) => {
    if (guard.canActivate(contexts[n] ?? contextOf('')) !== true)
      throw new Error('A proof was not let in at once');
  },
};

function signedBy(dpop: string): readonly [data: Buffer, signature: Buffer] {
  const dot = dpop.lastIndexOf('.');
  return [Buffer.from(dpop.slice(0, dot)), Buffer.from(dpop.slice(dot + 1), 'base64url')];
}

let signed: (readonly [Buffer, Buffer])[] = [];
const key = {
  key: createPublicKey({ key: { ...jwk }, format: 'jwk' }),
  dsaEncoding: 'ieee-p1363',
} as const;
const bare: Call = {
  name: DPOP.bare,
  prepare: async (calls) => {
    signed = (await proofs(calls)).map(signedBy);
  },
  call: (n) => {
    const [data, signature] = signed[n] ?? signedBy('');
    if (!verify('sha256', data, key, signature)) throw new Error('A signature was refused');
  },
};

await tell([guarded, bare], { rounds: 40, calls: 500 });
