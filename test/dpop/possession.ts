import { createSecretKey } from 'node:crypto';
import { HttpAdapterHost } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { resolveOptions } from '../../src/auth/auth.options.js';
import type { DpopOptions } from '../../src/auth/dpop/dpop-options.js';
import { NonceHeader } from '../../src/auth/dpop/nonce-header.js';
import { DpopNonces } from '../../src/auth/dpop/nonces.js';
import { ProofOfPossession } from '../../src/auth/dpop/proof-of-possession.js';
import { UsedProofs } from '../../src/auth/dpop/used-proofs.js';
import type { HttpRequest } from '../../src/auth/http-request.js';
import { Responses } from '../../src/auth/passport/responses.js';
import { type AuthEvent, AuthEvents } from '../../src/events.js';
import { KeyHolder, type ProofChanges } from '../host/key-holder.js';
import { TurnedClock } from '../host/turned-clock.js';

export const NOW_SECONDS = 1_767_225_600;
const URL = 'https://api.example.com/auth/me';
export const TOKEN = 'an.access.token';
export const IP = '192.0.2.1';

export const clock = new TurnedClock(NOW_SECONDS * 1000);
export const OWNER = new KeyHolder(clock);
export const STRANGER = new KeyHolder(clock);
export const NONCES = new DpopNonces(createSecretKey(Buffer.from('a secret')), clock);
export const CLAIMS = {
  sub: 'ann',
  sid: 's',
  gen: 0,
  jti: 'j',
  iat: NOW_SECONDS,
  exp: NOW_SECONDS + 900,
};

/** What was told of since the test began. */
export const events: AuthEvent[] = [];
/** The headers of the response. */
export const told = new Map<string, string>();

beforeEach(() => {
  events.length = 0;
  told.clear();
});

export function possessionWith(given: DpopOptions = {}): ProofOfPossession {
  const users = { authenticate: async () => null, findById: async () => null };
  const options = {
    users,
    accessSecret: 'the access secret, 32 bytes or more.',
    refreshSecret: 'the refresh secret, 32 bytes or more',
    dpop: 'allowed' as const,
    ...given,
  };
  const config = { ...resolveOptions(options), users };
  const adapterHost = new HttpAdapterHost();
  adapterHost.httpAdapter = new ExpressAdapter();
  const nonceHeader = new NonceHeader(adapterHost, new Responses(adapterHost));
  const stream = new AuthEvents();
  stream.all.subscribe((event) => events.push(event));
  const used = new UsedProofs(config, clock);
  return new ProofOfPossession(config, clock, NONCES, nonceHeader, used, stream);
}

/** A request with these headers, as Express has it. */
export function requestWith(headers: HttpRequest['headers']): HttpRequest {
  const response = { set: (name: string, value: string) => void told.set(name, value) };
  const place = { protocol: 'https', host: 'api.example.com', originalUrl: '/auth/me' };
  return Object.assign({ method: 'GET', headers, ip: IP, ...place }, { res: response });
}

export const proved = async (holder: KeyHolder, changes: ProofChanges = {}, token?: string) =>
  requestWith({ dpop: await holder.proof('GET', URL, token, changes) });
export const provedFor = async (holder: KeyHolder, scheme: string, changes: ProofChanges = {}) =>
  requestWith({
    authorization: `${scheme} ${TOKEN}`,
    dpop: await holder.proof('GET', URL, TOKEN, changes),
  });
export const boundClaims = async () => ({ ...CLAIMS, cnf: { jkt: await OWNER.jkt() } });
