import { type ClientHttp2Session, connect } from 'node:http2';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type Host, PASSWORD, startHost } from '../host/start-host.js';

const COOKIE = { 'x-auth-transport': 'cookie' };

/** @see issue 11 */
describe('in HTTP/2, which has :authority in place of Host', () => {
  let host: Host;
  let session: ClientHttp2Session;
  beforeAll(async () => {
    const adapter = new FastifyAdapter({ http2: true });
    host = await startHost({ adapter, auth: { cookies: { allowPlainHttp: true } } });
    session = connect(host.url);
  });
  afterAll(async () => {
    session.close();
    await host.close();
  });

  async function post(path: string, headers: Readonly<Record<string, string>>, body: object = {}) {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/json',
      ...headers,
    });
    const answered = new Promise<Record<string, unknown>>((resolve) => {
      stream.once('response', (received) => resolve({ ...received }));
    });
    stream.end(JSON.stringify(body));
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(Buffer.from(chunk));
    const received = await answered;
    return { headers: received, status: received[':status'], body: String(Buffer.concat(chunks)) };
  }

  it('the server’s own origin is known, and no other', async () => {
    const credentials = { username: 'ann', password: PASSWORD };
    const own = { ...COOKIE, origin: host.url };
    const set = await post('/auth/login', own, credentials);
    const cookie = String(set.headers['set-cookie']).split(';', 1)[0] ?? '';
    expect(cookie).toMatch(/^baton_refresh=eyJ/);
    const foreign = { ...COOKIE, origin: 'http://evil.example.com', cookie };
    expect(await post('/auth/token/refresh', foreign)).toMatchObject({ status: 400 });
    const next = await post('/auth/token/refresh', { ...own, cookie });
    expect(next.status).toBe(200);
    expect(next.body).not.toContain('refresh_token"');
  });
});
