import type { Socket } from 'node:net';
import { InvalidRequestError } from '../errors.js';
import type { SessionOrigin } from '../sessions/storable-session.js';
import { clientAddress } from './client-address.js';

/** What Express and Fastify requests have in common, as far as this module is concerned. */
export interface HttpRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly method?: string;
  readonly body?: unknown;
  readonly ip?: string;
  readonly protocol?: string;
  /** Host and port, as the platform sees them through the proxies that it trusts. */
  readonly host?: string;
  readonly originalUrl?: string;
  readonly socket?: Pick<Socket, 'destroyed' | 'once' | 'remoteAddress'>;
  /** The request of HTTP that this one stands for, where it is an operation of GraphQL. */
  readonly http?: HttpRequest;
  /** Whom the guard of the route let in. */
  user?: unknown;
}

/** What a browser's form sends across sites without asking, and a platform may read into an object. */
const FORM = /^\s*(application\/x-www-form-urlencoded|multipart\/form-data)\b/i;

/** The longest `User-Agent` that is kept. */
const MAX_USER_AGENT = 255;

/** The body as it was read; a form, which is no JSON object, as null. `undefined` when there is none. */
export function bodyOf({ headers, body }: HttpRequest): unknown {
  return FORM.test(headers['content-type']?.toString() ?? '') ? null : body;
}

/** A request as far as its `Authorization` goes. */
type Authorized = Pick<HttpRequest, 'headers'>;

/**
 * Whether an access token comes as a bearer's or as one that is bound to a key, the scheme in any case.
 *
 * @returns null when it is neither
 * @see RFC 6750 section 2.1, RFC 9449 section 7.1
 */
export function schemeIn({ headers }: Authorized): 'bearer' | 'dpop' | null {
  const written = headers['authorization']?.toString() ?? '';
  if (/^bearer /i.test(written)) return 'bearer';
  return /^dpop /i.test(written) ? 'dpop' : null;
}

/** The token of an `Authorization: Bearer` or `Authorization: DPoP` header; null when there is none. */
export function accessTokenIn({ headers }: Authorized): string | null {
  const written = headers['authorization']?.toString() ?? '';
  return /^(?:bearer|dpop) +(\S+)\s*$/i.exec(written)?.[1] ?? null;
}

/** The client's address, or null when what the host reports (through proxies) is not one. */
export function addressOf({ ip = '' }: Pick<HttpRequest, 'ip'>): string | null {
  return clientAddress(ip);
}

/** One for each connection, however many requests are sent along it. */
const signals = new WeakMap<object, AbortSignal>();

/** Aborted when the client's connection is gone; undefined where the platform shows no connection. */
export function connectionSignal({ socket }: HttpRequest): AbortSignal | undefined {
  if (socket === undefined) return undefined;
  const known = signals.get(socket);
  if (known !== undefined) return known;
  if (socket.destroyed) return AbortSignal.abort();
  const controller = new AbortController();
  socket.once('close', () => controller.abort());
  signals.set(socket, controller.signal);
  return controller.signal;
}

/** Where a login comes from. */
export function originOf(request: HttpRequest, deviceName: string | null): SessionOrigin {
  const userAgent = request.headers['user-agent']?.toString().slice(0, MAX_USER_AGENT) ?? null;
  return { ip: addressOf(request), userAgent, deviceName };
}

/**
 * The key that binds repeats, of a refresh or a registration, to the client that made the first one.
 *
 * @returns null when none was sent
 * @throws InvalidRequestError when it is not 16 to 128 visible ASCII characters
 * @see draft-ietf-httpapi-idempotency-key-header
 */
export function idempotencyKeyOf({ headers }: HttpRequest): string | null {
  const key = headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key === 'string' && /^[\x21-\x7e]{16,128}$/.test(key)) return key;
  throw new InvalidRequestError('Idempotency-Key takes 16 to 128 visible ASCII characters');
}
