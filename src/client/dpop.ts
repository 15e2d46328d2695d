import { addressesOf } from './addresses.js';
import type { BatonOptions } from './baton-options.js';
import { isBound } from './bound-token.js';
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

/** Makes proofs for what does not go through the client's `fetch`. */
export interface DpopProver {
  /** The headers of a request, with those that carry its token. */
  readonly headersFor: (
    request: Pick<ProofTarget, 'method' | 'url' | 'token'>,
  ) => Promise<Record<string, string>>;
  /**
   * To be told of each answer.
   *
   * @returns whether the proof was refused, and another one would be taken
   */
  readonly isToBeProvedAgain: (answer: DpopAnswer, url: string) => boolean;
}

/** What an answer says of proofs. */
export interface DpopAnswer {
  readonly status: number;
  readonly headers: Pick<Headers, 'get'>;
}

/** The options of a client that proves, with what proves. */
export interface DpopOptions<User = unknown> extends BatonOptions<User> {
  /** Sends as the client does; for adapters that take a `fetch`. */
  readonly fetch: typeof globalThis.fetch;
  /** For adapters that take none. */
  readonly prover: DpopProver;
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
): DpopOptions<User> {
  const { routes } = addressesOf(options);
  const server = serverWord(options.clock ?? systemClock);
  const holder = once(key);

  const prover: DpopProver = {
    async headersFor(request) {
      const known = { nonce: server.nonce(originOf(request.url)), nowMs: server.nowMs() };
      const dpop = await proofOf(await holder(), { ...request, ...known });
      return { dpop, ...(request.token && { authorization: `DPoP ${request.token}` }) };
    },
    isToBeProvedAgain: (answer, url) => server.learn(answer, originOf(url)),
  };

  const proved = async (input: FetchInput, url: string, init: RequestInit, token?: string) => {
    const { method = 'GET' } = init;
    const attempt = async () => {
      const added = await prover.headersFor({ method, url, token });
      const headers = { ...Object.fromEntries(new Headers(init.headers)), ...added };
      const response = await (options.fetch ?? fetch)(input, { ...init, headers });
      return { response, isToBeRepeated: prover.isToBeProvedAgain(response, url) };
    };
    const { response, isToBeRepeated } = await attempt();
    if (!isToBeRepeated || isStream(init.body)) return response;
    response.text().catch(() => {});
    return (await attempt()).response;
  };

  return {
    ...options,
    prover,
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
  return token && isBound(token) ? token : undefined;
}

const originOf = (url: string) => new URL(url).origin;

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
    learn({ status, headers }: DpopAnswer, origin: string): boolean {
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
