import { addressesOf } from './addresses.js';
import type { BatonOptions } from './baton-options.js';
import { claimsOf } from './claims.js';
import { type BatonClock, systemClock } from './clock.js';
import { isStream } from './replayable-request.js';

/** How a key signs. */
export type DpopAlgorithm = 'EdDSA' | 'ES256';

/** The public part of a key (RFC 7517). */
export interface DpopJwk {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y?: string;
}

/** What proves that whoever asks is the holder of a session. */
export interface DpopKey {
  readonly alg: DpopAlgorithm;
  readonly jwk: DpopJwk;
  /** @returns the signature as JWS has it: of ES256, both numbers in 64 bytes */
  readonly sign: (bytes: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>;
}

/** What a proof is for. */
export interface ProofTarget {
  readonly method: string;
  readonly url: string;
  /** The access token that is sent with it. */
  readonly token?: string | undefined;
  /** The server's last one. */
  readonly nonce?: string | undefined;
  /** Unix milliseconds, by the server's clock as far as it is known. */
  readonly nowMs: number;
}

/**
 * The options of a client whose sessions are bound to a key, where the server binds them: `createBaton(withDpop(…))`.
 * The server's routes get a proof with each request, and so does whatever carries a bound access token. Sessions that
 * are not bound go on as they are. A request whose body is a stream is not repeated with a new nonce.
 *
 * @param key called by the first request that needs a proof, and again when it failed
 * @see RFC 9449
 */
export function withDpop<User>(
  options: BatonOptions<User>,
  key: () => Promise<DpopKey>,
): BatonOptions<User> {
  const { routes } = addressesOf(options);
  const server = serverWord(options.clock ?? systemClock);
  const holder = once(key);

  const proved = async (input: FetchInput, url: string, init: RequestInit, token?: string) => {
    const { origin } = new URL(url);
    const { method = 'GET' } = init;
    const attempt = async () => {
      const known = { nonce: server.nonce(origin), nowMs: server.nowMs() };
      const proof = await proofOf(await holder(), { method, url, token, ...known });
      const headers = new Headers(init.headers);
      headers.set('dpop', proof);
      if (token) headers.set('authorization', `DPoP ${token}`);
      const sent = { ...init, headers: Object.fromEntries(headers) };
      const response = await (options.fetch ?? fetch)(input, sent);
      return { response, isToBeRepeated: server.learn(response, origin) };
    };
    const { response, isToBeRepeated } = await attempt();
    if (!isToBeRepeated || isStream(init.body)) return response;
    await response.body?.cancel();
    return (await attempt()).response;
  };

  return {
    ...options,
    fetch: async (input, init = {}) => {
      const url = typeof input === 'object' && 'url' in input ? input.url : String(input);
      const headers = new Headers(init.headers);
      const token = boundToken(headers);
      const isRoute = !headers.has('authorization') && url.startsWith(routes());
      return token || isRoute
        ? proved(input, url, init, token)
        : (options.fetch ?? fetch)(input, init);
    },
  };
}

type FetchInput = string | URL | Request;

function boundToken(headers: Headers): string | undefined {
  const [, token] = /^Bearer (.+)$/.exec(headers.get('authorization') ?? '') ?? [];
  return token && 'cnf' in claimsOf(token) ? token : undefined;
}

/** Makes a value at the first call, and again when that failed. */
function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return async () => {
    try {
      return await (made ??= make());
    } catch (error) {
      made = undefined;
      throw error;
    }
  };
}

/** A device's clock that is so far off is corrected by the server's, which lets 60 s pass. Milliseconds. */
const SKEW_MS = 30_000;

/** What servers have said that proofs have to hold. */
function serverWord(clock: BatonClock) {
  const nonces = new Map<string, string>();
  let skewMs = 0;
  return {
    nonce: (origin: string) => nonces.get(origin),
    nowMs: () => clock.now() + skewMs,
    /** @returns whether a proof that was refused would be another now */
    learn({ status, headers }: Response, origin: string): boolean {
      const nonce = headers.get('dpop-nonce');
      const isNew = nonce !== null && nonce !== nonces.get(origin);
      if (isNew) nonces.set(origin, nonce);
      if (status !== 401) return false;
      const said = `${headers.get('x-auth-error')} ${headers.get('www-authenticate')}`;
      if (said.includes('use_dpop_nonce')) return isNew;
      // A browser shows the date to pages of another origin only where the server exposes it.
      const offMs = Date.parse(headers.get('date') ?? '') - clock.now() - skewMs;
      if (!said.includes('invalid_dpop_proof') || !(Math.abs(offMs) > SKEW_MS)) return false;
      skewMs += offMs;
      return true;
    },
  };
}

/** A proof for one request, to be sent in the header `DPoP`: for what does not go through the client's `fetch`. */
export async function proofOf(
  { alg, jwk, sign }: DpopKey,
  { method, url, token, nonce, nowMs }: ProofTarget,
): Promise<string> {
  const [htu] = url.split(/[?#]/);
  const claims = {
    jti: crypto.randomUUID(),
    htm: method.toUpperCase(),
    htu,
    iat: Math.floor(nowMs / 1000),
    ...(token && { ath: base64url(await crypto.subtle.digest('SHA-256', bytesOf(token))) }),
    ...(nonce && { nonce }),
  };
  const signed = [{ typ: 'dpop+jwt', alg, jwk }, claims]
    .map((part) => base64url(bytesOf(JSON.stringify(part))))
    .join('.');
  return `${signed}.${base64url(await sign(bytesOf(signed)))}`;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

function base64url(bytes: ArrayBuffer | Uint8Array): string {
  const binary = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
}
