import { HttpException } from '@nestjs/common';
import {
  type Transport,
  objectOr,
  remoteAddress,
  tokenInField,
  tokenInHeaders,
} from './carried.js';
import { handshakeOf } from './handshakes.js';
import { isObject, reach } from './reach.js';

/** Gateways, of socket.io and of `ws`. A message whose data has an `access_token` renews its connection's token. */
export const sockets: Transport = {
  // Nest hands the arguments on one by one; of them, what a message has for itself is its data, if that is an object.
  keyOf(context) {
    const client: object = context.switchToWs().getClient();
    return objectOr(context.switchToWs().getData(), client);
  },
  carriedBy(context, readsQuery) {
    const client: unknown = context.switchToWs().getClient();
    return {
      ofMessage: tokenInField(context.switchToWs().getData()),
      ...handshake(client, readsQuery),
      connection: objectOr(client, null),
    };
  },
  async rethrow(error) {
    if (!(error instanceof HttpException)) throw error;
    const { WsException } = await import('@nestjs/websockets');
    throw new WsException(error.getResponse());
  },
};

/** What a client brought when its connection was opened; the query string only where it was asked for. */
export function handshake(client: unknown, readsQuery: boolean) {
  const ofSocketIo = reach(client, 'handshake');
  const request = isObject(client) ? (reach(client, 'request') ?? handshakeOf(client)) : undefined;
  const ofHandshake =
    tokenInHeaders(reach(ofSocketIo, 'headers') ?? reach(request, 'headers')) ??
    tokenInAuth(reach(ofSocketIo, 'auth')) ??
    (readsQuery ? tokenInQuery(reach(request, 'url')) : null);
  return { ofHandshake, ip: remoteAddress(request) };
}

/** What socket.io calls `auth`: the token as `token`, with or without its scheme, or as `access_token`. */
function tokenInAuth(auth: unknown): string | null {
  const token = reach(auth, 'token');
  if (typeof token !== 'string') return tokenInField(auth);
  return tokenInHeaders({ authorization: token }) ?? tokenInField({ access_token: token });
}

/** @see RFC 6750 section 2.3, which advises against it */
function tokenInQuery(url: unknown): string | null {
  if (typeof url !== 'string') return null;
  const [, query = ''] = url.split('?', 2);
  return new URLSearchParams(query).get('access_token');
}
