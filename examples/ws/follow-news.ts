import type { Baton } from 'nestjs-baton/client';
import { keepAlive } from 'nestjs-baton/client/expiry';
import { type ConnectionOptions, keepConnected } from 'nestjs-baton/client/web-socket';
import { WebSocket } from 'ws';

const authenticate = (token: string): string =>
  JSON.stringify({ event: 'authenticate', data: { access_token: token } });

/**
 * Hears the news for as long as somebody is signed in. A browser's `WebSocket` takes no headers, so the token is in the
 * first message, and each token after it in another.
 *
 * @returns stops
 */
export function followNews(
  url: string,
  baton: Baton,
  hear: (news: unknown) => void,
  options?: ConnectionOptions,
): () => void {
  const open = (token: string) => {
    const socket = new WebSocket(url);
    socket.addEventListener('open', () => socket.send(authenticate(token)));
    socket.addEventListener('message', ({ data: text }) => {
      if (typeof text !== 'string') return;
      const message: { event?: string; data?: unknown } = JSON.parse(text);
      // The guard refused the token, and leaves the connection as it is.
      if (message.event === 'exception') socket.close(4401);
      else hear(message.data);
    });
    return socket;
  };
  const connection = keepConnected(baton, open, options);
  const stop = keepAlive(baton, (token) => connection.socket()?.send(authenticate(token)));
  return () => {
    stop();
    connection.stop();
  };
}
