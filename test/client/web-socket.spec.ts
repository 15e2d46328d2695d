/** The package `ws` through `keepConnected`, with a gateway of Nest. @see issue 13, section 4 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { followNews } from '../../examples/ws/follow-news.js';
import { NewsGateway } from '../../examples/ws/news.gateway.js';
import type { Baton } from '../../src/client/index.js';
import { type KeptConnection, keepConnected } from '../../src/client/web-socket.js';
import { eventually } from '../contract/vocabulary.js';
import { withWs } from '../transports/socket-clients.js';
import { ANN, type Api, refreshes, startApi } from './api.js';
import { TurnedClientClock } from './turned-client-clock.js';

const BOB = { username: 'bob', password: ANN.password };

let api: Api;
let clock: TurnedClientClock;
let heard: string[];
let stops: (() => void)[];

beforeEach(async () => {
  api = await startApi({ configure: withWs, providers: [NewsGateway] });
  clock = new TurnedClientClock();
  heard = [];
  stops = [];
});
afterEach(async () => {
  stops.forEach((stop) => stop());
  await api.close();
});

/** Says who they are in the handshake, as only a program can, and then asks who that is. */
function follow(baton: Baton, options = {}): KeptConnection<WebSocket> {
  const url = `${api.host.url.replace('http', 'ws')}/news`;
  const connection = keepConnected(
    baton,
    (token) => {
      const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
      socket.on('open', () => socket.send('{"event":"authenticate","data":{}}'));
      socket.on('message', (text: Buffer) => heard.push(JSON.parse(text.toString()).data));
      return socket;
    },
    { clock, ...options },
  );
  stops.push(connection.stop);
  return connection;
}

const untilHeard = (...news: string[]) =>
  eventually(2000, async () => {
    clock.turn(100);
    return JSON.stringify(heard) === JSON.stringify(news);
  });

/** A server that closes each connection with a code, and how often it was asked. */
async function closingWith(code: number) {
  const server = new WebSocketServer({ port: 0 });
  await once(server, 'listening');
  const { port }: AddressInfo = Object(server.address());
  const tokens: (string | undefined)[] = [];
  server.on('connection', (socket, { headers }) => {
    tokens.push(headers.authorization);
    socket.close(code);
  });
  stops.push(() => server.close());
  return { url: `ws://127.0.0.1:${port}`, tokens };
}

describe('a WebSocket that is kept', () => {
  it('is opened with the token, and with another one when that has ended', async () => {
    const baton = await api.signedIn();
    const first = await baton.getAccessToken();
    const connection = follow(baton);
    await untilHeard('Good day, 1');
    api.host.clock.turn(901);
    await untilHeard('Good day, 1', 'Good day, 1');
    expect(refreshes(api)).toBe(1);
    expect(await baton.getAccessToken()).not.toBe(first);
    expect(connection.socket()?.readyState).toBe(WebSocket.OPEN);
  });

  it('is opened again when the line breaks, with the same token, and sooner on waking', async () => {
    let wake: (() => void) | undefined;
    const wakeOn = (call: () => void) => {
      wake = call;
      return () => {};
    };
    const connection = follow(await api.signedIn(), { wakeOn });
    await untilHeard('Good day, 1');
    connection.socket()?.terminate();
    await untilHeard('Good day, 1', 'Good day, 1');
    connection.socket()?.terminate();
    await eventually(2000, async () => clock.waiting > 0);
    wake?.();
    await eventually(2000, async () => heard.length === 3);
    expect(refreshes(api)).toBe(0);
  });

  it('ends with the session, and is the next user’s from then on', async () => {
    const baton = await api.signedIn();
    const connection = follow(baton);
    await untilHeard('Good day, 1');
    await baton.signOut();
    await eventually(2000, async () => connection.socket() === null);
    clock.turn(60_000);
    expect(clock.waiting).toBe(0);
    await baton.signIn(BOB);
    await untilHeard('Good day, 1', 'Good day, 2');
    await baton.signIn(ANN);
    await untilHeard('Good day, 1', 'Good day, 2', 'Good day, 1');
  });

  it('is closed by the client itself when the session ends, whatever the server does', async () => {
    const server = new WebSocketServer({ port: 0 });
    await once(server, 'listening');
    const { port }: AddressInfo = Object(server.address());
    stops.push(() => server.close());
    const baton = await api.signedIn();
    const open = () => new WebSocket(`ws://127.0.0.1:${port}`);
    const connection = keepConnected(baton, open, { clock });
    await eventually(2000, async () => connection.socket() !== null);
    await baton.signOut();
    await eventually(2000, async () => server.clients.size === 0);
    expect(connection.socket()).toBeNull();
    connection.stop();
  });

  it('is not opened while nobody is signed in, nor after it was stopped', async () => {
    const baton = api.client();
    const connection = follow(baton);
    await eventually(2000, async () => baton.getState().status === 'signedOut');
    expect([connection.socket(), clock.waiting]).toEqual([null, 0]);
    connection.stop();
    await baton.signIn(ANN);
    await new Promise(setImmediate);
    expect(heard).toEqual([]);
  });

  it('is opened ever more seldom where each token is refused', async () => {
    const { url, tokens } = await closingWith(4401);
    const baton = await api.signedIn();
    const open = (token: string) =>
      new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
    const { stop } = keepConnected(baton, open, { clock });
    const ends: number[] = [];
    for (let turns = 0; turns < 60; turns += 1) {
      ends.push(tokens.length);
      await eventually(2000, async () => clock.waiting > 0);
      clock.turn(1000);
    }
    stop();
    expect(new Set(tokens).size).toBe(tokens.length);
    expect(tokens.length).toBeLessThan(20);
    expect(clock.waiting).toBe(0);
  });

  it('stays closed after a normal end', async () => {
    const { url, tokens } = await closingWith(1000);
    const connection = keepConnected(await api.signedIn(), () => new WebSocket(url), { clock });
    await eventually(2000, async () => tokens.length === 1 && connection.socket() === null);
    await new Promise(setImmediate);
    expect([clock.waiting, connection.socket()]).toEqual([0, null]);
    connection.stop();
  });

  it('outlives a server that is not there', async () => {
    const nowhere = 'ws://127.0.0.1:1';
    const { stop } = keepConnected(await api.signedIn(), () => new WebSocket(nowhere), { clock });
    await eventually(2000, async () => clock.waiting > 0);
    stop();
    expect(clock.waiting).toBe(0);
  });
});

it('the token may be in the first message, and a refused one is replaced', async () => {
  const baton = await api.signedIn();
  api.host.clock.turn(901);
  const url = `${api.host.url.replace('http', 'ws')}/news`;
  stops.push(followNews(url, baton, (news) => heard.push(String(news)), { clock }));
  await untilHeard('Good day, 1');
  expect(refreshes(api)).toBe(1);
});
