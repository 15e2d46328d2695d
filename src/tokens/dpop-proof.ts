import { LRUCache } from 'lru-cache';
import { PROOF_ALGORITHMS, type ProofAlgorithm, ProofKey } from '../keys/proof-key.js';
import { UnusableKeyError } from '../keys/signing-key.js';
import { isBase64url } from './canonical-signature.js';
import { decodePart, isObject } from './claims.js';

/** The longest proof that is read; one with an RSA key of 4096 bits takes about 2,400 characters. */
export const MAX_PROOF_CHARACTERS = 4096;

/** Longer than any that a client writes, and short enough to be looked at. */
const MAX_TEXT_CHARACTERS = 2048;
const MAX_ID_CHARACTERS = 256;

/** Keys that are remembered, with the header in which they came. */
const MAX_KEYS = 10_000;
const MAX_KEY_CHARACTERS = 8 * 1024 * 1024;

/** A JWT in compact form (RFC 7515 section 7.1). */
const COMPACT = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/;

const isAlgorithm = (alg: unknown): alg is ProofAlgorithm =>
  PROOF_ALGORITHMS.some((known) => known === alg);

/** A proof whose signature is that of the key in it. Everything else about it is still to be judged. */
export interface DpopProof {
  /** The thumbprint of the key that signed it (RFC 7638). */
  readonly jkt: string;
  readonly jti: string;
  /** The method of the request. */
  readonly htm: string;
  /** The URL of the request. */
  readonly htu: string;
  /** Unix seconds. */
  readonly iat: number;
  /** The hash of the access token that it came with; undefined where it came with none. */
  readonly ath: string | undefined;
  readonly nonce: string | undefined;
}

/** A text is no DPoP proof; the message says why not, and repeats nothing of it. */
export class UnusableProofError extends Error {}

/**
 * Reads DPoP proofs. Of a client that has come before only the signature is verified: its key is known by the header,
 * which is the same in each of its proofs.
 *
 * Node's own cryptography verifies the signature, and reads the key: see docs/decisions/0011.
 *
 * @see RFC 9449 section 4.3, the points 1 to 7
 */
export class DpopProofs {
  private readonly keys = new LRUCache<string, ProofKey>({
    max: MAX_KEYS,
    maxSize: MAX_KEY_CHARACTERS,
  });

  /** @throws UnusableProofError */
  read(proof: string): DpopProof {
    const [header, payload, signature] = partsOf(proof);
    const known = this.keys.get(header);
    const key = known ?? keyIn(header);
    const signed = Buffer.from(`${header}.${payload}`, 'latin1');
    if (!key.verifies(signed, Buffer.from(signature, 'base64url'))) {
      throw unusable('takes a signature by the key in it');
    }
    if (known === undefined) this.keys.set(header, key, { size: header.length });
    return { jkt: key.jkt, ...claimsIn(payload) };
  }
}

/** Header and payload are signed as text; only the signature itself could be spelt otherwise. */
function partsOf(proof: string): [header: string, payload: string, signature: string] {
  if (proof.length > MAX_PROOF_CHARACTERS) throw unusable('is too long');
  const [, header = '', payload = '', signature = ''] = COMPACT.exec(proof) ?? [];
  if (signature === '' || !isBase64url(signature)) throw unusable('takes one JWT in compact form');
  return [header, payload, signature];
}

/** The key in a header that says what it has to. Nothing critical is known here (RFC 7515 section 4.1.11). */
function keyIn(header: string): ProofKey {
  const { typ, alg, jwk, crit } = decodePart(header) ?? {};
  if (typ !== 'dpop+jwt') throw unusable('takes the typ dpop+jwt');
  if (!isAlgorithm(alg))
    throw unusable(`takes one of the algorithms ${PROOF_ALGORITHMS.join(', ')}`);
  if (crit !== undefined) throw unusable('takes no crit');
  if (!isObject(jwk)) throw unusable('takes a jwk in its header');
  try {
    return ProofKey.from(jwk, alg);
  } catch (error) {
    throw error instanceof UnusableKeyError ? unusable(error.message) : error;
  }
}

function claimsIn(payload: string): Omit<DpopProof, 'jkt'> {
  const { jti, htm, htu, iat, ath, nonce } = decodePart(payload) ?? {};
  if (!isText(jti, MAX_ID_CHARACTERS)) throw unusable('takes a jti');
  if (!isText(htm, MAX_ID_CHARACTERS)) throw unusable('takes a htm');
  if (!isText(htu, MAX_TEXT_CHARACTERS)) throw unusable('takes a htu');
  if (typeof iat !== 'number') throw unusable('takes an iat');
  if (!isTextOrNone(ath)) throw unusable('takes text as ath');
  if (!isTextOrNone(nonce)) throw unusable('takes text as nonce');
  return { jti, htm, htu, iat, ath, nonce };
}

const isText = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value !== '' && value.length <= most;

const isTextOrNone = (value: unknown): value is string | undefined =>
  value === undefined || isText(value, MAX_ID_CHARACTERS);

const unusable = (why: string): UnusableProofError =>
  new UnusableProofError(`The DPoP proof ${why}`);
