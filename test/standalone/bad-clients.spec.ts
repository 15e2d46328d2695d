import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type InProcessServer, startInProcess, stopAll } from './server-in-process.js';
import { PASSWORD, post, signUp } from './vocabulary.js';

afterAll(stopAll);

const LOGIN = 'POST /auth/login HTTP/1.1\r\nHost: baton\r\nContent-Type: application/json\r\n';

/** A login as it goes over the line. */
function loginUnder(username: string): string {
  const body = JSON.stringify({ username, password: PASSWORD });
  return `${LOGIN}Content-Length: ${body.length}\r\n\r\n${body}`;
}

async function connectTo({ url }: InProcessServer): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Sends a text a character at a time. @returns how long the server went along with it, milliseconds */
async function sendSlowly(socket: Socket, text: string): Promise<number> {
  const startedMs = performance.now();
  const closed = once(socket, 'close');
  socket.resume();
  for (const character of text) {
    if (socket.destroyed || !socket.writable) break;
    socket.write(character);
    await Promise.race([closed, sleep(50)]);
  }
  socket.end();
  await closed;
  return performance.now() - startedMs;
}

/** @see issue 11 */
describe('a slow sender', () => {
  let server: InProcessServer;

  beforeAll(async () => {
    server = await startInProcess({}, { headersMs: 300, requestMs: 500, lookEveryMs: 50 });
  });

  it('of a body is cut', async () => {
    const socket = await connectTo(server);
    socket.write(`${LOGIN}Content-Length: 1000\r\n\r\n`);
    expect(await sendSlowly(socket, ' '.repeat(100))).toBeLessThan(2_500);
  });

  it('of headers is cut', async () => {
    const socket = await connectTo(server);
    socket.write(LOGIN);
    expect(await sendSlowly(socket, `X-Slow: ${'x'.repeat(100)}`)).toBeLessThan(2_500);
  });
});

/** @see issue 11 */
describe('logins whose client is gone', () => {
  const FLOOD = 300;

  it('are not hashed, and keep nobody waiting', async () => {
    const server = await startInProcess({ AUTH_LOGIN_ATTEMPTS: '1000' });
    const { credentials } = await signUp(server.url);
    const logInTimes = async (): Promise<number> => {
      const startedMs = performance.now();
      expect((await post(`${server.url}/auth/login`, credentials)).status).toBe(200);
      return performance.now() - startedMs;
    };
    const aloneMs = await logInTimes();

    const socket = await connectTo(server);
    socket.write(Array.from({ length: FLOOD }, (_, name) => loginUnder(`x${name}`)).join(''));
    await sleep(20);
    socket.destroy();

    const besideMs = await logInTimes();
    // The hashes that were begun end; all of them would take 75 times as long.
    expect(besideMs).toBeLessThan(aloneMs * 25 + 200);
  });
});
