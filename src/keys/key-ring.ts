import type { JsonWebKey } from 'node:crypto';
import type { SigningKey, VerifyingKey } from './signing-key.js';

/** A public key as `jwks.json` publishes it (RFC 7517 section 4). */
export type PublicJwk = JsonWebKey & {
  readonly kid: string;
  readonly alg: string;
  readonly use: 'sig';
};

/** The keys of one kind of token: the newest signs, the previous ones still verify. */
export class KeyRing {
  private readonly byKid: ReadonlyMap<string, VerifyingKey>;

  constructor(
    /** The key that signs. */
    readonly current: SigningKey,
    previous: readonly VerifyingKey[] = [],
  ) {
    const others = previous.filter(({ kid }) => kid !== current.kid);
    this.byKid = new Map([current, ...others].map((key) => [key.kid, key]));
  }

  /** Every key, the current one first. */
  get all(): readonly VerifyingKey[] {
    return [...this.byKid.values()];
  }

  /** The key that a token's header names, or `undefined` when it is none of ours. */
  find(kid: string): VerifyingKey | undefined {
    return this.byKid.get(kid);
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
