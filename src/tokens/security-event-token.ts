import type { Clock } from '../clock.js';
import type { KeyRing } from '../keys/key-ring.js';
import { randomId } from './random-id.js';
import { signerOf } from './token-signer.js';

/** What a security event token says, beside who says it and when. */
export interface SecurityEvent {
  /** Whom it is for. */
  readonly audience: string;
  /** What it is about (RFC 9493). */
  readonly subject: Readonly<Record<string, unknown>>;
  /** What happened, by the URI of its type. */
  readonly events: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * Signs security event tokens with the key of the access tokens. By their `typ` they are no access tokens, and they
 * have neither `sub` nor `exp`, so that nobody takes them for such (RFC 8417 sections 4.5 and 4.6).
 */
export class SecurityEventTokens {
  constructor(
    private readonly keys: KeyRing,
    private readonly issuer: string,
    private readonly clock: Clock,
  ) {}

  /** @see RFC 8417 section 2.2 */
  sign({ audience, subject, events }: SecurityEvent): string {
    const iat = Math.floor(this.clock.nowMs() / 1000);
    const claims = { iss: this.issuer, aud: audience, jti: randomId(), iat };
    const { algorithm: alg, kid } = this.keys.current;
    const signer = signerOf(this.keys.current, { alg, typ: 'secevent+jwt', kid });
    return signer.sign({ ...claims, sub_id: subject, events });
  }
}
