import type { ExecutionContext } from '@nestjs/common';
import { type HttpRequest, accessTokenIn } from '../http-request.js';
import { isObject, reach } from './reach.js';

/** What came with a message of another transport than a plain HTTP request. */
export interface Carried {
  /** A token that the message itself has, and with which it renews its connection's; null without one. */
  readonly ofMessage: string | null;
  /** The token with which its connection was opened; null without one. */
  readonly ofHandshake: string | null;
  /** The client's address, where the transport shows one. */
  readonly ip: string | undefined;
  /** What is closed when the session ends; null where there is nothing that stays open. */
  readonly connection: object | null;
}

/** One kind of transport, as the guard sees it. */
export interface Transport {
  /** The same object in the guard and in the parameters of the handler, and where there is one, the message's alone. */
  keyOf(context: ExecutionContext): object;
  /** @param readsQuery whether the query string of a handshake may hold the token */
  carriedBy(context: ExecutionContext, readsQuery: boolean): Carried;
  /** Throws the error on in the transport's own form. */
  rethrow(error: unknown): Promise<never>;
}

/**
 * The token in headers or in what stands in for them, written as HTTP does or with a capital: brokers tell the
 * two apart.
 *
 * @returns null when there is none
 */
export function tokenInHeaders(headers: unknown): string | null {
  const written = reach(headers, 'authorization') ?? reach(headers, 'Authorization');
  const [authorization] = [written].flat();
  if (typeof authorization !== 'string' && !Buffer.isBuffer(authorization)) return null;
  return accessTokenIn({ headers: { authorization: authorization.toString() } });
}

/** The token alone, in the field that RFC 6749 gives it. @returns null when there is none */
export function tokenInField(of: unknown): string | null {
  const token = reach(of, 'access_token');
  return typeof token === 'string' && token !== '' ? token : null;
}

/**
 * The token in what a client says of itself, where there are no headers: `access_token`, or what would stand in
 * headers, at once or under `headers`.
 *
 * @returns null when there is none
 */
export function tokenInFields(of: unknown): string | null {
  return tokenInHeaders(of) ?? tokenInHeaders(reach(of, 'headers')) ?? tokenInField(of);
}

/** What guards have decided about one message, which may have several handlers: GraphQL's fields. */
interface Admitted {
  /** By handler; null where it was let pass without a user. */
  readonly byHandler: Map<object, HttpRequest | null>;
  /** The last that was let in: of it know handlers that no guard stands before. */
  latest: HttpRequest | undefined;
}

const admitted = new WeakMap<object, Admitted>();

/**
 * Keeps, for the parameters of a handler, the request that the guard has let in.
 *
 * @param request null where it let the message pass without a user
 */
export function keepRequest(key: object, handler: object, request: HttpRequest | null): void {
  const known = admitted.get(key) ?? { byHandler: new Map(), latest: undefined };
  known.byHandler.set(handler, request);
  if (request !== null) known.latest = request;
  admitted.set(key, known);
}

/** What the guard has let in; undefined where none stood before the message, or one that let it pass. */
export function keptRequest(key: object, handler: object): HttpRequest | undefined {
  const known = admitted.get(key);
  const ofHandler = known?.byHandler.get(handler);
  return ofHandler === null ? undefined : (ofHandler ?? known?.latest);
}

/** The address that a Node request came from. */
export function remoteAddress(request: unknown): string | undefined {
  const address = reach(request, 'socket', 'remoteAddress');
  return typeof address === 'string' ? address : undefined;
}

export function objectOr<Other>(value: unknown, other: Other): object | Other {
  return isObject(value) ? value : other;
}
