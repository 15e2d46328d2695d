import { Readable } from 'node:stream';
import { create, isAxiosError, isCancel } from 'axios';
import ky from 'ky';
import createClient from 'openapi-fetch';
import { type AxiosLike, authorizeAxios } from '../../src/client/axios.js';
import { graphqlFetch } from '../../src/client/graphql.js';
import { type Api, refreshes, startApi } from './api.js';

let api: Api;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const letTokensEnd = () => api.host.clock.turn(900);

async function withAxios() {
  const baton = await api.signedIn();
  const instance = create({ baseURL: api.line.url });
  const undo = authorizeAxios(instance satisfies AxiosLike, baton);
  return { baton, instance, undo };
}

describe('axios', () => {
  it('sends the token, and the request again after a refresh', async () => {
    const { instance } = await withAxios();
    expect((await instance.get('/auth/me')).status).toBe(200);
    letTokensEnd();
    const response = await instance.post('/orders', { count: 3 });
    expect(response.data).toMatchObject({ body: { count: 3 } });
    expect(refreshes(api)).toBe(1);
  });

  it('makes one refresh of 20 parallel 401s', async () => {
    const { instance } = await withAxios();
    letTokensEnd();
    await Promise.all(Array.from({ length: 20 }, () => instance.get('/auth/me')));
    expect(refreshes(api)).toBe(1);
  });

  it("passes the application's own 401 on", async () => {
    const { instance } = await withAxios();
    const error: unknown = await instance.get('/wrong-pin').catch((caught: unknown) => caught);
    expect(isAxiosError(error) && error.response?.data).toMatchObject({ error: 'wrong_pin' });
    expect(refreshes(api)).toBe(0);
  });

  it('waits for a refresh no longer than the request is wanted', async () => {
    const { instance } = await withAxios();
    letTokensEnd();
    const held = api.line.hold('/auth/token/refresh');
    for (const path of ['/auth/me', '/auth/sessions']) {
      const controller = new AbortController();
      const asked = instance.get(path, { signal: controller.signal });
      await held.arrived;
      controller.abort();
      const error: unknown = await asked.catch((caught: unknown) => caught);
      expect([path, isCancel(error)]).toEqual([path, true]);
    }
    held.letGo();
    expect((await instance.get('/auth/me')).status).toBe(200);
    expect(refreshes(api)).toBe(1);
  });

  it('says that a stream cannot be sent again', async () => {
    const { instance } = await withAxios();
    letTokensEnd();
    const upload = instance.post('/uploads', Readable.from(['hello']));
    await expect(upload).rejects.toMatchObject({ code: 'not_replayable' });
  });

  it('sends a stream that is taken, once', async () => {
    const { instance } = await withAxios();
    expect((await instance.post('/uploads', Readable.from(['hello']))).status).toBe(200);
  });

  it('passes on what is no 401, whatever its mark', async () => {
    const { instance } = await withAxios();
    const headers = { 'x-auth-error': 'token_expired' };
    api.line.treat = ({ path }) => (path === '/auth/me' ? { status: 403, headers } : 'pass');
    await expect(instance.get('/auth/me')).rejects.toThrow('403');
    expect([api.line.count('/auth/me'), refreshes(api)]).toEqual([1, 0]);
  });

  it('stops after one replay, and sends nothing to foreign origins', async () => {
    const { instance } = await withAxios();
    api.line.treat = ({ path }) =>
      path === '/auth/me' ? { status: 401, headers: { 'x-auth-error': 'invalid_token' } } : 'pass';
    await expect(instance.get('/auth/me')).rejects.toThrow('401');
    expect(api.line.count('/auth/me')).toBe(2);
    const error = await instance.get(`${api.host.url}/auth/me`).catch((caught: unknown) => caught);
    expect(isAxiosError(error) && error.response?.data).toMatchObject({ error: 'missing_token' });
  });

  it('is as before once undone', async () => {
    const { instance, undo } = await withAxios();
    undo();
    await expect(instance.get('/auth/me')).rejects.toThrow('401');
  });
});

it('ky takes baton.fetch', async () => {
  const baton = await api.signedIn();
  const client = ky.create({ fetch: baton.fetch, retry: 0 });
  letTokensEnd();
  const answer = await client.post(`${api.line.url}/orders`, { json: { count: 3 } }).json();
  expect(answer).toMatchObject({ body: { count: 3 } });
  expect(refreshes(api)).toBe(1);
});

it('openapi-fetch takes baton.fetch', async () => {
  const baton = await api.signedIn();
  interface Paths {
    '/auth/me': {
      get: { responses: { 200: { content: { 'application/json': { id: string } } } } };
    };
  }
  const client = createClient<Paths>({ baseUrl: api.line.url, fetch: baton.fetch });
  letTokensEnd();
  const { data } = await client.GET('/auth/me');
  expect(data?.id).toBe('1');
});

/** @see issue 13 */
describe('the mark of a refusal in axios', () => {
  it.each(['blob', 'arraybuffer', 'text', 'stream', 'json'] as const)(
    'is enough, whatever the type of the answer: %s',
    async (responseType) => {
      const baton = await api.signedIn();
      const instance = create({ baseURL: api.line.url, responseType });
      authorizeAxios(instance, baton);
      const headers = { 'x-auth-error': 'token_expired' };
      api.line.treat = ({ path }) =>
        path === '/auth/me' && refreshes(api) === 0 ? { status: 401, headers } : 'pass';
      expect((await instance.get('/auth/me')).status).toBe(200);
    },
  );

  it('is found where 401s are no errors', async () => {
    const baton = await api.signedIn();
    const instance = create({ baseURL: api.line.url, validateStatus: () => true });
    authorizeAxios(instance, baton);
    letTokensEnd();
    const { status, data } = await instance.get('/auth/me');
    expect({ status, data }).toMatchObject({ status: 200, data: { username: 'ann' } });
  });
});

/** Other libraries ask the page's own server, whatever the client's `baseUrl` is. */
describe('a relative address on a page', () => {
  afterEach(() => Reflect.deleteProperty(globalThis, 'location'));

  it.each([
    ['of another server carries no token', 'https://shop.example/', false],
    ['of the same server carries it', '', true],
  ])('%s', async (_what, page, isTokenSent) => {
    const href = page || `${api.line.url}/`;
    Object.defineProperty(globalThis, 'location', { value: { href }, configurable: true });
    const baton = await api.signedIn();
    const sent: boolean[] = [];
    const fetch: typeof globalThis.fetch = async (_input, init) => {
      sent.push(new Headers(init?.headers).has('authorization'));
      return Response.json({ data: {} });
    };
    await graphqlFetch(baton, { fetch })('/graphql', { method: 'POST', body: '{}' });
    const instance = create({
      adapter: async (config) => {
        sent.push(config.headers.has('authorization'));
        return { config, status: 200, statusText: 'OK', headers: {}, data: null };
      },
    });
    authorizeAxios(instance, baton);
    await instance.get('/settings.json');
    expect(sent).toEqual([isTokenSent, isTokenSent]);
  });
});
