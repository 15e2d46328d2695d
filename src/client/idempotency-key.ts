const bytesOf = (text: string) => new TextEncoder().encode(text);

/** A new secret of this installation's; empty where the platform has no WebCrypto. */
export function newSecret(): string {
  return globalThis.crypto?.subtle ? crypto.randomUUID() : '';
}

/**
 * The key that binds repeats of a refresh to this installation: an HMAC-SHA-256 in Base64. It follows from the
 * token, so that a repeat after a crash carries the same one without its having been written down.
 *
 * @returns undefined where there is no secret: React Native without a WebCrypto polyfill, plain HTTP
 * @see draft-ietf-httpapi-idempotency-key-header
 */
export async function idempotencyKey(secret?: string, token?: string): Promise<string | undefined> {
  if (!secret || !token) return undefined;
  const { subtle } = crypto;
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await subtle.importKey('raw', bytesOf(secret), hmac, false, ['sign']);
  const digest = new Uint8Array(await subtle.sign('HMAC', key, bytesOf(token)));
  return btoa(String.fromCharCode(...digest));
}
