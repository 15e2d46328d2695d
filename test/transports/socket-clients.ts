import { once } from 'node:events';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import type { Host, HostOptions } from '../host/start-host.js';

/** Whatever comes back to a client: an answer, or an exception. */
interface Said {
  readonly event: string;
  readonly data: unknown;
}

export const withWs: HostOptions['configure'] = (app) =>
  app.useWebSocketAdapter(new WsAdapter(app));
export const withSocketIo: HostOptions['configure'] = (app) =>
  app.useWebSocketAdapter(new IoAdapter(app));

/** A client of either kind: says something, and hears what comes back. */
export interface Client {
  say(event: string, data?: unknown): void;
  next(): Promise<Said>;
  ended: Promise<readonly unknown[]>;
  leave(): void;
}

export interface Handshake {
  readonly header?: string;
  readonly auth?: object;
  readonly query?: string;
}

export function overWs(host: Host, { header, query }: Handshake = {}): Client {
  const url = `${host.url.replace('http', 'ws')}/sockets`;
  const headers = header === undefined ? {} : { authorization: `Bearer ${header}` };
  const socket = new WebSocket(query === undefined ? url : `${url}?access_token=${query}`, {
    headers,
  });
  const opened = once(socket, 'open');
  const said = queue();
  socket.on('message', (text: Buffer) => said.put(JSON.parse(text.toString())));
  return {
    say: (event, data = {}) => void opened.then(() => socket.send(JSON.stringify({ event, data }))),
    next: said.next,
    ended: once(socket, 'close').then(([code, reason]) => [code, String(reason)]),
    leave: () => socket.close(),
  };
}

export function overSocketIo(host: Host, { header, auth = {}, query }: Handshake = {}): Client {
  const socket = io(host.url, {
    path: '/sockets',
    transports: ['websocket'],
    forceNew: true,
    auth,
    extraHeaders: header === undefined ? {} : { authorization: `Bearer ${header}` },
    query: query === undefined ? {} : { access_token: query },
  });
  const said = queue();
  let last: unknown[] = [];
  socket.onAny((event: string, data: { error?: string; code?: number }) => {
    last = [data.code, data.error];
    said.put({ event, data });
  });
  const ended = new Promise<readonly unknown[]>((resolve) => {
    socket.once('disconnect', (reason) => {
      resolve(reason === 'io server disconnect' ? last : [reason]);
    });
  });
  return {
    say: (event, data = {}) => void socket.emit(event, data),
    next: said.next,
    ended,
    leave: () => socket.disconnect(),
  };
}

function queue() {
  const said: Said[] = [];
  const waiting: ((one: Said) => void)[] = [];
  return {
    put(one: Said): void {
      const first = waiting.shift();
      if (first === undefined) said.push(one);
      else first(one);
    },
    next: async (): Promise<Said> =>
      said.shift() ?? new Promise<Said>((resolve) => waiting.push(resolve)),
  };
}
