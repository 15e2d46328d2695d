import type { AuthError } from '../../errors.js';
import { call, reach } from './reach.js';

/** What a WebSocket is closed with when nobody may hold it any more: of the private codes, the one that looks like 401. */
const UNAUTHORIZED = 4401;
/** Nobody could tell whether it may be held: its client may come back. RFC 6455 section 7.4.2. */
const TRY_AGAIN_LATER = 1013;

const isSocketIo = (client: object): boolean =>
  typeof reach(client, 'disconnect') === 'function' && 'handshake' in client;

/**
 * Closes a client of `ws`, `graphql-ws` or Mercurius with a code and the error's own as the reason. socket.io has no
 * codes: its client is sent an `exception`, and then disconnected.
 */
export function closeSocket(client: object, error: AuthError): void {
  const code = error.getStatus() === 401 ? UNAUTHORIZED : TRY_AGAIN_LATER;
  if (isSocketIo(client)) {
    const { code: name, message } = error;
    call(client, 'emit', 'exception', { error: name, error_description: message, code });
    call(client, 'disconnect', true);
  } else {
    call(client, 'close', code, error.code);
  }
}

/** The event that tells that a connection is gone: of socket.io's clients, of others, and of a response. */
export function goneEventOf(connection: object): 'disconnect' | 'close' {
  return isSocketIo(connection) ? 'disconnect' : 'close';
}

const CLOSED = 3;

/** Whether it was gone before anybody could listen for that. */
export function isGone(connection: object): boolean {
  if (isSocketIo(connection)) return reach(connection, 'connected') === false;
  return reach(connection, 'readyState') === CLOSED || reach(connection, 'destroyed') === true;
}
