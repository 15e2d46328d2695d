import type { JsonWebKey } from 'node:crypto';
import type { SigningKey, VerifyingKey } from './signing-key.js';

/** A public key as `jwks.json` publishes it (RFC 7517 section 4). */
export type PublicJwk = JsonWebKey & {
  readonly kid: string;
  readonly alg: string;
  readonly use: 'sig';
};

/** How long others may keep a copy of the published keys, seconds. A new key is published for longer before it signs. */
export const JWKS_MAX_AGE_SECONDS = 300;

/** The keys of one kind of token as they are now: the first signs, the others still verify. */
export class KeyRing {
  private keys: Keys;

  constructor(current: SigningKey, previous: readonly VerifyingKey[] = []) {
    this.keys = keysOf(current, previous);
  }

  /** The key that signs. */
  get current(): SigningKey {
    return this.keys.current;
  }

  /** Every key, the current one first: the same list until the keys change, and then another one. */
  get all(): readonly VerifyingKey[] {
    return this.keys.all;
  }

  /** From now on these are the keys. What somebody has made of the former ones is good as long as `all` is the same. */
  change(current: SigningKey, previous: readonly VerifyingKey[]): void {
    this.keys = keysOf(current, previous);
  }

  /** The key that a token's header names, or `undefined` when it is none of ours. */
  find(kid: string): VerifyingKey | undefined {
    return this.keys.byKid.get(kid);
  }

  /** The public halves; secrets have none. */
  publicJwks(): PublicJwk[] {
    return this.all
      .filter((key) => key.verifyWith.type === 'public')
      .map(({ kid, algorithm, verifyWith }) => ({
        ...verifyWith.export({ format: 'jwk' }),
        kid,
        alg: algorithm,
        use: 'sig',
      }));
  }
}

interface Keys {
  readonly current: SigningKey;
  readonly all: readonly VerifyingKey[];
  readonly byKid: ReadonlyMap<string, VerifyingKey>;
}

function keysOf(current: SigningKey, previous: readonly VerifyingKey[]): Keys {
  const others = previous.filter(({ kid }) => kid !== current.kid);
  const byKid = new Map([current, ...others].map((key) => [key.kid, key]));
  return { current, all: [...byKid.values()], byKid };
}
