import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import type { BatonBody } from '../../src/client/index.js';
import { type Api, refreshes, startApi } from './api.js';
import { type BadLine, listen, openBadLine } from './bad-line.js';

let api: Api;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const tokenSeen = (line: BadLine) => line.seen.at(-1)?.headers.authorization;
const letTokensEnd = () => api.host.clock.turn(900);

const streamOf = (text: string): ReadableStream =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      controller.close();
    },
  });

async function* chunksOf(text: string) {
  yield new TextEncoder().encode(text);
}

const form = new FormData();
form.set('text', 'hello');

describe('sends again', () => {
  it.each<[string, BatonBody, string]>([
    ['a string', 'hello', 'hello'],
    ['a Blob', new Blob(['hello']), 'hello'],
    ['an ArrayBuffer', new TextEncoder().encode('hello').buffer, 'hello'],
    ['bytes', new TextEncoder().encode('hello'), 'hello'],
    ['URLSearchParams', new URLSearchParams({ text: 'hello' }), 'text=hello'],
    ['FormData', form, 'hello'],
    ['a function that makes a stream', () => streamOf('hello'), 'hello'],
    ['a function that promises a stream', async () => streamOf('hello'), 'hello'],
    ['no body', undefined, ''],
  ])('%s', async (_what, body, text) => {
    const baton = await api.signedIn();
    letTokensEnd();
    const response = await baton.fetch('/uploads', {
      method: 'POST',
      headers: body instanceof FormData ? {} : { 'content-type': 'text/plain' },
      body,
    });
    expect(response.status).toBe(200);
    const [first, second] = api.line.seen.filter(({ path }) => path === '/uploads');
    expect(second?.body).toContain(text);
    // A form has another boundary each time.
    if (body === form) return;
    expect(second?.body).toBe(first?.body);
    expect(second?.headers['content-type']).toBe(first?.headers['content-type']);
  });

  it('a Request', async () => {
    const baton = await api.signedIn();
    letTokensEnd();
    const request = new Request(`${api.line.url}/uploads`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain', 'x-own': 'kept' },
      body: 'hello',
    });
    expect((await baton.fetch(request)).status).toBe(200);
    const [, second] = api.line.seen.filter(({ path }) => path === '/uploads');
    expect(second).toMatchObject({ body: 'hello', headers: { 'x-own': 'kept' } });
  });
});

it('a Request keeps what it says, and gives way to what is said besides', async () => {
  let sent: RequestInit & { cache?: string; referrerPolicy?: string } = {};
  const fetchThen: typeof fetch = (input, init = {}) => fetch(input, (sent = init));
  const baton = await api.signedIn({ fetch: fetchThen });
  const said = { method: 'POST', headers: { 'x-own': 'lost' }, body: 'hello' };
  const kept = { cache: 'no-store', referrerPolicy: 'no-referrer', redirect: 'manual' } as const;
  const request = new Request(`${api.line.url}/uploads`, { ...said, ...kept });
  const besides = { headers: { 'x-own': 'kept', 'content-type': 'text/plain' }, body: 'you' };
  expect((await baton.fetch(request, besides)).status).toBe(200);
  expect(sent).toMatchObject({ ...kept, method: 'POST' });
  const { body, headers } = api.line.seen.at(-1) ?? {};
  expect({ body, own: headers?.['x-own'] }).toEqual({ body: 'you', own: 'kept' });
  expect((await baton.fetch(request, { method: 'PUT' })).status).toBe(404);
});

it.each<[string, () => BatonBody]>([
  ['an async generator', () => chunksOf('hello')],
  ['a ReadableStream', () => streamOf('hello')],
  ['a stream of Node', () => Readable.from(['hello'])],
])('says that %s cannot be sent again, and has refreshed for the next try', async (_what, make) => {
  const baton = await api.signedIn();
  const upload = () => baton.fetch('/uploads', { method: 'POST', body: make() });
  expect((await upload()).status).toBe(200);
  letTokensEnd();
  await expect(upload()).rejects.toMatchObject({ code: 'not_replayable' });
  expect((await upload()).status).toBe(200);
});

describe("the application's own 401", () => {
  it('comes through untouched', async () => {
    const baton = await api.signedIn();
    const response = await baton.fetch('/wrong-pin');
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ error: 'wrong_pin', error_description: 'Try again' });
    expect(refreshes(api)).toBe(0);
  });

  it.each([
    [
      'with a bare challenge',
      { 'www-authenticate': 'Bearer realm="x"' },
      '{"error":"invalid_token"}',
    ],
    ['with another scheme', { 'www-authenticate': 'Basic realm="x"' }, '{"error":"invalid_token"}'],
    [
      "with a challenge as of our guard's, without its mark",
      { 'www-authenticate': 'Bearer realm="x", error="invalid_token"' },
      '{"error":"invalid_token"}',
    ],
    ['that is no JSON', { 'content-type': 'text/html' }, '<h1>Who are you?</h1>'],
    ['without a body', {}, ''],
  ])('comes through untouched %s', async (_how, headers, body) => {
    const baton = await api.signedIn();
    api.line.treat = () => ({ status: 401, headers, body });
    const response = await baton.fetch('/auth/me');
    expect(await response.text()).toBe(body);
    expect(api.line.count('/auth/me')).toBe(1);
  });

  it('is told from ours by the mark where no challenge is to be seen', async () => {
    const baton = await api.signedIn();
    const headers = { 'x-auth-error': 'token_expired' };
    api.line.treat = ({ path }) =>
      path === '/auth/me' && refreshes(api) === 0 ? { status: 401, headers } : 'pass';
    expect((await baton.fetch('/auth/me')).status).toBe(200);
  });

  it('runs no POST twice, whatever its body says', async () => {
    const baton = await api.signedIn();
    const body = '{"error":"invalid_token","error_description":"Invalid access token"}';
    api.line.treat = () => ({ status: 401, body });
    const response = await baton.fetch('/orders', { method: 'POST', body: '{}' });
    expect(await response.text()).toBe(body);
    expect(api.line.count('/orders')).toBe(1);
  });
});

describe('the token', () => {
  let foreign: BadLine;
  beforeEach(async () => {
    foreign = await openBadLine(api.host.url);
    foreign.treat = () => ({ status: 200, body: '{}' });
  });
  afterEach(() => foreign.close());

  it('never goes to a foreign origin', async () => {
    const baton = await api.signedIn();
    await baton.fetch(`${foreign.url}/orders`);
    await baton.fetch(new Request(`${foreign.url}/orders`));
    await baton.fetch(foreign.url.replace('http:', ''));
    await baton.fetch(`/away`, { headers: { 'x-to': `${foreign.url}/orders` } });
    expect(foreign.seen).toHaveLength(4);
    expect(foreign.seen.map(({ headers }) => headers.authorization)).toEqual(
      Array.from({ length: 4 }, () => undefined),
    );
    expect(baton.isTrusted(foreign.url)).toBe(false);
  });

  it('never goes to another host of a scheme of its own, whose origins are all null', () => {
    const baton = api.client({ baseUrl: 'app://own' });
    const addresses = ['/orders', 'app://own/orders', 'app://other/orders', 'data:,orders'];
    expect(addresses.map(baton.isTrusted)).toEqual([true, true, false, false]);
  });

  it.each(['/\\evil.example/', '@evil.example/', '.evil.example', '/@evil.example'])(
    'is not led astray by %s',
    async (address) => {
      const baton = await api.signedIn();
      await baton.fetch(address);
      expect(api.line.seen.at(-1)?.path).toContain('evil.example');
    },
  );

  it('goes to a listed origin', async () => {
    const baton = await api.signedIn({ origins: [api.line.url, foreign.url] });
    await baton.fetch(`${foreign.url}/orders`);
    expect(tokenSeen(foreign)).toMatch(/^Bearer ey/);
  });

  it('goes nowhere else once origins are listed', () => {
    const baton = api.client({ origins: [foreign.url] });
    expect([foreign.url, api.line.url].map(baton.isTrusted)).toEqual([true, false]);
  });

  it('gives way to an Authorization of the caller', async () => {
    const baton = await api.signedIn();
    await baton.fetch('/wrong-pin', { headers: { authorization: 'Basic abc' } });
    expect(tokenSeen(api.line)).toBe('Basic abc');
  });

  it('is appended to the path of the base address', async () => {
    const server = createServer((request, response) => response.end(request.url));
    const baseUrl = `${await listen(server)}/api/v1/`;
    const baton = api.client({ baseUrl });
    const paths = await Promise.all(
      ['/orders?a=1', 'orders', ''].map(async (path) => (await baton.fetch(path)).text()),
    );
    expect(paths).toEqual(['/api/v1/orders?a=1', '/api/v1/orders', '/api/v1/']);
    server.close();
    server.closeAllConnections();
  });
});

it('does not send a request on in the name of somebody else', async () => {
  const baton = await api.signedIn();
  letTokensEnd();
  const held = api.line.hold('/orders');
  const order = baton.fetch('/orders', { method: 'POST', body: '{}' });
  await held.arrived;
  await baton.signIn({ username: 'bob', password: 'correct horse battery staple' });
  held.letGo();
  expect((await order).status).toBe(401);
  expect(api.line.count('/orders')).toBe(1);
});
