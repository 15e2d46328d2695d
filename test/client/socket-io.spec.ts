/** socket.io through `authorizeSocket`, with tokens of a real server. @see issue 13, section 4 */
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { type Socket, io } from 'socket.io-client';
import { authorizeSocket } from '../../src/client/socket-io.js';
import { ANN, type Api, refreshes, startApi } from './api.js';

let api: Api;
let server: Server;
let socket: Socket;
let tokens: unknown[];
let isRefusingAll: boolean;

beforeEach(async () => {
  api = await startApi();
  tokens = [];
  isRefusingAll = false;
  const http = createServer();
  server = new Server(http);
  server.use((connection, next) => {
    const { token }: { token?: unknown } = connection.handshake.auth;
    tokens.push(token);
    const headers = { authorization: `Bearer ${String(token)}` };
    const judge = async () => next(await verdictOf(headers));
    void judge();
  });
  await new Promise<void>((listening) => http.listen(0, listening));
  const address = http.address();
  const port = typeof address === 'object' ? address?.port : 0;
  socket = io(`http://localhost:${port}`, {
    autoConnect: false,
    transports: ['websocket'],
    reconnectionDelay: 1,
    reconnectionDelayMax: 1,
  });
});
afterEach(async () => {
  socket.disconnect();
  await server.close();
  await api.close();
});

/** Of a guarded route; undefined where it takes the token. */
async function verdictOf(headers: Record<string, string>): Promise<Error | undefined> {
  const response = await fetch(`${api.host.url}/auth/me`, { headers });
  if (response.ok && !isRefusingAll) return undefined;
  const error = isRefusingAll ? 'invalid_token' : response.headers.get('x-auth-error');
  return Object.assign(new Error('refused'), { data: { error } });
}

const told = (event: 'connect' | 'disconnect') =>
  new Promise<void>((tell) => socket.once(event, () => tell()));

it('connects with the token, and again with another when that is refused', async () => {
  const baton = await api.signedIn();
  const first = await baton.getAccessToken();
  api.host.clock.turn(900);
  authorizeSocket(socket, baton);
  const connected = told('connect');
  socket.connect();
  await connected;
  expect(tokens).toEqual([first, await baton.getAccessToken()]);
  expect(refreshes(api)).toBe(1);
});

it('a connection that was lost is made again with the token of the moment', async () => {
  const baton = await api.signedIn();
  authorizeSocket(socket, baton);
  const connected = told('connect');
  socket.connect();
  await connected;
  api.host.clock.turn(900);
  const again = told('connect');
  socket.io.engine.close();
  await again;
  expect(tokens).toHaveLength(3);
  expect(tokens[2]).toBe(await baton.getAccessToken());
});

it('a session that ends disconnects it, until that is undone', async () => {
  const baton = await api.signedIn();
  authorizeSocket(socket, baton);
  const connected = told('connect');
  socket.connect();
  await connected;
  const disconnected = told('disconnect');
  await baton.signOut();
  await disconnected;
  expect(socket.connected).toBe(false);
});

it('whoever is refused without a token is told, and not connected in a loop', async () => {
  const baton = api.client();
  const undo = authorizeSocket(socket, baton);
  const error = await new Promise<Error>((tell) => {
    socket.once('connect_error', tell);
    socket.connect();
  });
  expect(error.message).toBe('refused');
  expect(tokens).toEqual([undefined]);
  undo();
});

it('a server that refuses every token is asked twice, and the owner of the socket told', async () => {
  const baton = await api.signedIn();
  isRefusingAll = true;
  authorizeSocket(socket, baton);
  const refused = new Promise<void>((tell) => {
    socket.on('connect_error', () => tokens.length === 2 && tell());
  });
  socket.connect();
  await refused;
  await new Promise(setImmediate);
  expect({
    tokens: new Set(tokens).size,
    refreshes: refreshes(api),
    active: socket.active,
  }).toEqual({
    tokens: 2,
    refreshes: 1,
    active: false,
  });
});

it('who signs in after a token was refused connects as who they are', async () => {
  const baton = await api.signedIn();
  api.host.clock.turn(900);
  authorizeSocket(socket, baton);
  const connected = told('connect');
  socket.connect();
  await connected;
  await baton.signIn({ username: 'bob', password: ANN.password });
  const again = told('connect');
  socket.connect();
  await again;
  expect(tokens.at(-1)).toBe(await baton.getAccessToken());
});

it('a connection that the server ends with its token is made again with another', async () => {
  const baton = await api.signedIn();
  const first = await baton.getAccessToken();
  authorizeSocket(socket, baton);
  server.once('connection', (connection) => {
    connection.emit('exception', { error: 'token_expired', code: 4401 });
    connection.disconnect(true);
  });
  const disconnected = told('disconnect');
  socket.connect();
  await disconnected;
  await told('connect');
  expect(tokens).toEqual([first, await baton.getAccessToken()]);
  expect(refreshes(api)).toBe(1);
});

it('a connection that the server ends for a reason of its own stays ended', async () => {
  const baton = await api.signedIn();
  authorizeSocket(socket, baton);
  server.once('connection', (connection) => connection.disconnect(true));
  const disconnected = told('disconnect');
  socket.connect();
  await disconnected;
  expect({ active: socket.active, tokens: tokens.length }).toEqual({ active: false, tokens: 1 });
});
