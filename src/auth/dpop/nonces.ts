import { type KeyObject, createHmac, hkdfSync } from 'node:crypto';
import type { Clock } from '../../clock.js';

/** How long a nonce is handed out; it is taken for as long again. */
const WINDOW_MS = 120_000;

/**
 * The nonces that proofs have to be made with, where the option `dpopNonce` is on. Nothing is kept: a nonce is the
 * HMAC of its window of time, under a key that every instance derives from the same secret.
 *
 * @see RFC 9449 section 8
 */
export class DpopNonces {
  private readonly key: Buffer;

  /** @param secret the key that refresh tokens are signed with */
  constructor(
    secret: KeyObject,
    private readonly clock: Clock,
  ) {
    this.key = Buffer.from(hkdfSync('sha256', secret, '', 'nestjs-baton dpop nonce', 32));
  }

  /** The one that is handed out now. */
  get current(): string {
    return this.nonceOf(this.window);
  }

  /** Whether a nonce is the current one or the one before. */
  accepts(nonce: string | undefined): boolean {
    return nonce === this.current || nonce === this.nonceOf(this.window - 1);
  }

  private get window(): number {
    return Math.floor(this.clock.nowMs() / WINDOW_MS);
  }

  private nonceOf(window: number): string {
    return createHmac('sha256', this.key).update(String(window)).digest('base64url');
  }
}
