import { once } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSsrServer } from '../../examples/ssr/server.js';
import { type InProcessServer, startInProcess, stopAll } from '../standalone/server-in-process.js';
import { signUp } from '../standalone/vocabulary.js';

/** A little more than the lifetime of an access token, and than the grace period. */
const EXPIRY_MS = 2_100;
const GRACE_MS = 1_100;
const KEY = new Uint8Array(32).fill(7);

let api: InProcessServer;
let server: Server;
let url: string;
let cookie: string;

/** Asks for the page as a browser does, with the cookie that it has. */
async function visit(init: RequestInit = {}) {
  const response = await fetch(url, { headers: { cookie }, redirect: 'manual', ...init });
  const [attributes = ''] = response.headers.getSetCookie();
  return { status: response.status, page: await response.text(), attributes };
}

/** Keeps the cookie of an answer. */
function keep({ attributes }: { readonly attributes: string }): void {
  cookie = attributes.split(';')[0] ?? '';
}

beforeAll(async () => {
  api = await startInProcess({ AUTH_ACCESS_TTL: '2s', AUTH_GRACE: '1s' });
  server = createSsrServer({ apiUrl: api.url, key: KEY, secure: false });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const { credentials } = await signUp(api.url);
  keep(await visit({ method: 'POST', body: new URLSearchParams(credentials), headers: {} }));
});
afterAll(async () => {
  server.close();
  await stopAll();
});

describe('rendering on a server', () => {
  it('keeps the session in an encrypted cookie of its own', async () => {
    const value = cookie.split('=')[1] ?? '';
    expect(value.length).toBeGreaterThan(500);
    expect(value.length).toBeLessThan(3_500);
    expect(Buffer.from(value, 'base64url').toString()).not.toContain('eyJ');
  });

  it('leaves the cookie alone while the access token is good', async () => {
    const { page, attributes } = await visit();
    expect(page).toMatch(/^<p>Hello, user-\d+<\/p>$/);
    expect(attributes).toBe('');
  });

  it('refreshes on the server and hands the cookie on, to each of two at once', async () => {
    await sleep(EXPIRY_MS);
    const [one, two] = await Promise.all([visit(), visit()]);
    expect([one.status, two.status]).toEqual([303, 303]);
    expect(one.attributes).toMatch(/HttpOnly; SameSite=Lax$/i);
    for (const answer of [one, two]) {
      keep(answer);
      expect((await visit()).page).toMatch(/Hello/);
    }
  });

  it('takes the old cookie after the grace period, when the answer with the new one was lost', async () => {
    await sleep(EXPIRY_MS);
    expect((await visit()).status).toBe(303);
    await sleep(GRACE_MS);
    const again = await visit();
    expect(again.status).toBe(303);
    keep(again);
    expect((await visit()).page).toMatch(/Hello/);
  });

  it('knows nobody by a cookie that somebody made up', async () => {
    const { page } = await visit({ headers: { cookie: 'session=made-up' } });
    expect(page).toBe('<p>Nobody is signed in</p>');
  });
});
