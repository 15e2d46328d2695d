import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type InProcessServer, startInProcess, stopAll } from './server-in-process.js';
import { bearer, get, post, signUp } from './vocabulary.js';

let server: InProcessServer;
const url = (path: string): string => `${server.url}${path}`;

beforeAll(async () => {
  server = await startInProcess();
});
afterAll(stopAll);

describe('addresses', () => {
  it('come from the connection, whatever X-Forwarded-For says, while TRUST_PROXY is off', async () => {
    const { credentials } = await signUp(server.url);
    const forged = { 'x-forwarded-for': '203.0.113.7' };
    const { body } = await post(url('/auth/login'), credentials, forged);
    const sessions = await get(url('/auth/sessions'), bearer(body['access_token']));
    expect(sessions.text).not.toContain('203.0.113.7');
    expect(sessions.text).toContain('127.0.0.1');
  });

  it('come from as many proxies as TRUST_PROXY says, and garbage is no address', async () => {
    const behind = await startInProcess({ TRUST_PROXY: '1' });
    const { credentials } = await signUp(behind.url);
    for (const [forwarded, ip] of [
      ['198.51.100.1, 203.0.113.7', '203.0.113.7'],
      ['198.51.100.1:80, 203.0.113.7:5678', '203.0.113.7'],
      ['[2001:DB8::1]:5678', '2001:db8::1'],
      ['fe80::1%eth0', 'fe80::1'],
      ['::ffff:203.0.113.7', '203.0.113.7'],
      ['x'.repeat(300), null],
    ] as const) {
      const { body } = await post(`${behind.url}/auth/login`, credentials, {
        'x-forwarded-for': forwarded,
      });
      const answer = await get(`${behind.url}/auth/sessions`, bearer(body['access_token']));
      expect(answer.body).toHaveProperty(['sessions', 0, 'ip'], ip);
    }
    await behind.stop();
  });

  it('come from Forwarded where TRUST_PROXY_HEADER says so, and X-Forwarded-For is not believed then', async () => {
    const behind = await startInProcess({ TRUST_PROXY: '1', TRUST_PROXY_HEADER: 'forwarded' });
    const { credentials } = await signUp(behind.url);
    for (const [forwarded, ip] of [
      ['for=198.51.100.1, for="[2001:db8::1]:4711";proto=https', '2001:db8::1'],
      ['for="unfinished, for=203.0.113.7', '127.0.0.1'],
    ] as const) {
      const { body } = await post(`${behind.url}/auth/login`, credentials, {
        forwarded,
        'x-forwarded-for': '198.51.100.66',
      });
      const answer = await get(`${behind.url}/auth/sessions`, bearer(body['access_token']));
      expect(answer.body).toHaveProperty(['sessions', 0, 'ip'], ip);
    }
    await behind.stop();
  });
});

describe('two Host headers', () => {
  it('are counted by name, whatever another header holds', async () => {
    expect((await get(url('/health'), { 'x-name': 'host' })).status).toBe(200);
  });

  it.each(['GET /health', 'GET /nowhere', 'POST /auth/login'])('are 400: %s', async (line) => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.end(
      `${line} HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\nhost: b.example\r\n\r\n`,
    );
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toMatch(/^x-auth-error: invalid_request\r$/im);
    expect(answer).toContain('{"error":"invalid_request","error_description":');
  });
});
