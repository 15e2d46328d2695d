import type { Baton } from './baton.js';
import { NO_PROOF, isBound, sessionBound } from './bound-token.js';
import type { Unsubscribe } from './events.js';

/** The part of a socket of socket.io-client that is used. */
export interface SocketLike {
  auth: object | ((give: (auth: object) => void) => void);
  connect(): unknown;
  disconnect(): unknown;
  listeners(event: 'connect_error'): ((error: Error) => void)[];
  on(event: 'connect_error', listener: (error: Error) => void): unknown;
  on(event: 'connect', listener: () => void): unknown;
  on(event: 'exception', listener: (body: unknown) => void): unknown;
  on(event: 'disconnect', listener: (reason: string) => void): unknown;
  off(event: 'connect_error', listener: (error: Error) => void): unknown;
  off(event: 'connect', listener: () => void): unknown;
  off(event: 'exception', listener: (body: unknown) => void): unknown;
  off(event: 'disconnect', listener: (reason: string) => void): unknown;
}

/** Whether the server's middleware refused the token, rather than failed. @default the codes of the guard */
export type IsConnectionRefused = (error: Error) => boolean;

/** The codes of a refused access token, in the error's `data.error`, or as its message. */
const REFUSALS: readonly unknown[] = ['token_expired', 'invalid_token', 'session_revoked'];

/** With what the server ends a connection whose token or session is over. @see docs/transports.md */
const ENDED = 4401;

const byCode: IsConnectionRefused = (error) => {
  const { data }: { data?: unknown } = Object(error);
  const { error: code }: { error?: unknown } = Object(data);
  return REFUSALS.includes(code ?? error.message);
};

/**
 * Gives each connection of a socket, the first and every reconnection, the access token of the moment, in
 * `handshake.auth.token`. A token that is refused is renewed, and the socket connects again, once; so it does
 * when the server ends a connection with its token.
 * When the session ends, or somebody else signs in, the socket is disconnected: it is theirs to connect again.
 *
 * The server takes no token of a bound session from a socket: its owner is told by `connect_error`, with a `BatonError`
 * `session_bound`, and nothing is sent.
 *
 * @param socket made with `autoConnect: false`, else its first connection may go without a token
 * @returns undoes it; the socket stays as it is
 */
export function authorizeSocket(
  socket: SocketLike,
  baton: Baton,
  isRefused: IsConnectionRefused = byCode,
): Unsubscribe {
  const before = socket.auth;
  let sent: string | null = null;
  let refused: string | undefined;
  let isRenewed = false;
  const nextToken = async (): Promise<object | null> => {
    const last = refused;
    refused = undefined;
    // Without a token the server refuses, and the socket's owner is told.
    sent = await baton.getAccessToken(last).catch(() => null);
    if (!sent) return {};
    return isBound(sent) ? (sent = null) : { token: sent };
  };

  socket.auth = (give) => {
    void nextToken().then((token) => (token ? give(token) : refuse(socket)));
  };
  const onError = (error: Error) => {
    if (!isRefused(error) || sent === null) return;
    // Once: whoever refuses the new one, too, would refuse them all.
    isRenewed = !isRenewed;
    if (!isRenewed) return;
    refused = sent;
    socket.connect();
  };
  /** The server's word before it disconnects for the end of a token. */
  const onException = (body: unknown) => {
    if (isEndOfToken(body)) refused = sent ?? undefined;
  };
  const onDisconnect = (reason: string) => {
    if (refused && reason === 'io server disconnect') socket.connect();
  };
  const onConnect = () => void (isRenewed = false);
  socket.on('connect_error', onError);
  socket.on('connect', onConnect);
  socket.on('exception', onException);
  socket.on('disconnect', onDisconnect);
  const stop = baton.on('signedOut', () => socket.disconnect());

  return () => {
    stop();
    socket.off('connect_error', onError);
    socket.off('connect', onConnect);
    socket.off('exception', onException);
    socket.off('disconnect', onDisconnect);
    socket.auth = before;
  };
}

/** Tells the owner of a socket, as of a connection that the server has refused. */
function refuse(socket: SocketLike): void {
  socket.disconnect();
  const error = sessionBound(NO_PROOF);
  socket.listeners('connect_error').forEach((listener) => listener(error));
}

function isEndOfToken(body: unknown): boolean {
  const { code, error }: { code?: unknown; error?: unknown } = Object(body);
  return code === ENDED && REFUSALS.includes(error);
}
