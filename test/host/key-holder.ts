import { type KeyObject, createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import {
  type CryptoKey,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
  calculateJwkThumbprint,
  exportJWK,
} from 'jose';
import type { Clock } from '../../src/clock.js';

const PAIRS = {
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
};

interface KeyPair {
  readonly privateKey: KeyObject | CryptoKey;
  readonly publicKey: KeyObject | CryptoKey;
}

/** What a test may change about a proof. */
export interface ProofChanges {
  readonly header?: Partial<JWTHeaderParameters>;
  readonly claims?: JWTPayload;
}

/** A client that has a key of its own, and makes proofs with it as RFC 9449 says: with jose, not with our own code. */
export class KeyHolder {
  constructor(
    private readonly clock: Clock,
    private readonly alg: keyof typeof PAIRS = 'ES256',
    private readonly pair: KeyPair = PAIRS[alg](),
  ) {}

  /** A client with this key for ES256. */
  static of(clock: Clock, pair: KeyPair): KeyHolder {
    return new KeyHolder(clock, 'ES256', pair);
  }

  async jkt(): Promise<string> {
    return calculateJwkThumbprint(await exportJWK(this.pair.publicKey));
  }

  /** @param accessToken the one that the request has in its `Authorization` */
  async proof(
    htm: string,
    htu: string,
    accessToken?: string,
    { header = {}, claims = {} }: ProofChanges = {},
  ): Promise<string> {
    const ath =
      accessToken === undefined
        ? {}
        : { ath: createHash('sha256').update(accessToken).digest('base64url') };
    const iat = Math.floor(this.clock.nowMs() / 1000);
    return new SignJWT({ jti: randomUUID(), htm, htu, iat, ...ath, ...claims })
      .setProtectedHeader({
        alg: this.alg,
        typ: 'dpop+jwt',
        jwk: await exportJWK(this.pair.publicKey),
        ...header,
      })
      .sign(this.pair.privateKey);
  }
}
