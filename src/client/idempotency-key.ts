/** Makes a digest of a text under a secret: 16 to 128 visible ASCII characters. */
export type BatonHmac = (secret: string, text: string) => string | Promise<string>;

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Visible ASCII: numbers of 32 bits, decimal. */
const textOf = (numbers: Uint32Array) => numbers.join('-');

/** A new secret of this installation's: 128 bits, from as good a source as the platform has. */
export function newSecret(): string {
  const numbers = new Uint32Array(4).map(() => Math.random() * 4e9);
  globalThis.crypto?.getRandomValues?.(numbers);
  return textOf(numbers);
}

/**
 * The key that binds repeats of a refresh to this installation. It follows from the token, so that a repeat after a
 * crash carries the same one without its having been written down.
 *
 * @param hmac the application's own; else WebCrypto's HMAC-SHA-256 or, where there is none, {@link mixed}
 * @returns undefined where the token is not known: in the cookie transport
 * @see draft-ietf-httpapi-idempotency-key-header
 */
export async function idempotencyKey(
  secret?: string,
  token?: string,
  hmac: BatonHmac = globalThis.crypto?.subtle ? hmacSha256 : mixed,
): Promise<string | undefined> {
  return secret && token ? hmac(secret, token) : undefined;
}

async function hmacSha256(secret: string, text: string): Promise<string> {
  const { subtle } = crypto;
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await subtle.importKey('raw', bytesOf(secret), hmac, false, ['sign']);
  return textOf(new Uint32Array(await subtle.sign('HMAC', key, bytesOf(text))));
}

/**
 * FNV-1a, once for each number of the secret. No cryptography: it keeps out whoever has the token alone, as without the
 * secret there is nothing to start from, and not whoever has read a key beside its token.
 */
function mixed(secret: string, text: string): string {
  const starts = Uint32Array.from(secret.split('-'), Number);
  return textOf(starts.map((start) => text.split('').reduce(fnv1a, start)));
}

function fnv1a(state: number, character: string): number {
  return Math.imul(state ^ character.charCodeAt(0), 16_777_619);
}
