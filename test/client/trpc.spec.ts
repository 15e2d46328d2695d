/** tRPC's client through `authorizeTrpc`, on a Nest application. @see issue 13, section 4 */
import {
  TRPCClientError,
  type TRPCLink,
  createTRPCClient,
  httpBatchLink,
  httpLink,
} from '@trpc/client';
import { type AppRouter, confirmed, trpcOf } from '../../examples/trpc/router.js';
import type { Baton } from '../../src/client/index.js';
import { authorizeTrpc } from '../../src/client/trpc.js';
import { ANN, type Api, refreshes, startApi } from './api.js';

let api: Api;
beforeEach(async () => {
  api = await startApi({ configure: (app) => app.use('/trpc', trpcOf(app)) });
});
afterEach(() => api.close());

const letTokensEnd = () => api.host.clock.turn(900);
const calls = () => api.line.seen.filter(({ path }) => path.startsWith('/trpc/'));

const isUnauthorized = (error: unknown) =>
  error instanceof TRPCClientError && Object(error.data).code === 'UNAUTHORIZED';

function clientOf(baton: Baton, url = `${api.line.url}/trpc`, spy?: TRPCLink<AppRouter>) {
  const { link, http } = authorizeTrpc<AppRouter>(baton, url);
  const links = [link, ...(spy ? [spy] : []), httpBatchLink(http)];
  return createTRPCClient<AppRouter>({ links });
}

describe('tRPC', () => {
  it('sends the token, and a call that was refused again after a refresh', async () => {
    const client = clientOf(await api.signedIn());
    expect(await client.me.query()).toBe('1');
    letTokensEnd();
    expect(await client.order.mutate()).toBe('ordered by 1');
    expect(refreshes(api)).toBe(1);
  });

  it('sends of a batch only those calls again that were refused', async () => {
    const client = clientOf(await api.signedIn());
    letTokensEnd();
    const answers = await Promise.all([client.hello.query(), client.me.query(), client.me.query()]);
    expect(answers).toEqual(['hello', '1', '1']);
    expect(calls().map(({ path }) => path.split('?')[0])).toEqual([
      '/trpc/hello,me,me',
      '/trpc/me,me',
    ]);
    expect(refreshes(api)).toBe(1);
  });

  it('works without batches', async () => {
    const baton = await api.signedIn();
    const { link, http } = authorizeTrpc<AppRouter>(baton, `${api.line.url}/trpc`);
    const client = createTRPCClient<AppRouter>({ links: [link, httpLink(http)] });
    letTokensEnd();
    expect(await client.me.query()).toBe('1');
  });

  it('goes by our mark where a guard stands before tRPC', async () => {
    const client = clientOf(await api.signedIn());
    const headers = { 'x-auth-error': 'token_expired', 'content-type': 'application/json' };
    const body = '{"error":"token_expired"}';
    api.line.treat = ({ path }) =>
      path.startsWith('/trpc') && refreshes(api) === 0 ? { status: 401, headers, body } : 'pass';
    expect(await client.me.query()).toBe('1');
  });

  it('gives up after one replay, and the caller gets the server’s error', async () => {
    const client = clientOf(await api.signedIn());
    const data = { code: 'UNAUTHORIZED', httpStatus: 401, authError: 'invalid_token' };
    const error = { code: -32_001, message: 'No', data };
    const body = JSON.stringify([{ error }]);
    const headers = { 'content-type': 'application/json' };
    api.line.treat = ({ path }) =>
      path.startsWith('/trpc') ? { status: 401, headers, body } : 'pass';
    await expect(client.me.query()).rejects.toThrow('No');
    expect([calls().length, refreshes(api)]).toEqual([2, 1]);
  });

  it('hands on a procedure’s own UNAUTHORIZED, and nothing happens twice', async () => {
    const client = clientOf(await api.signedIn());
    confirmed.length = 0;
    await expect(client.confirm.mutate()).rejects.toThrow('The PIN is wrong');
    expect({ confirmed, refreshes: refreshes(api) }).toEqual({ confirmed: ['1'], refreshes: 0 });
  });

  it('sends it again where the application says that it is a guard’s', async () => {
    const url = `${api.line.url}/trpc`;
    const { link, http } = authorizeTrpc<AppRouter>(await api.signedIn(), url, {
      isRefused: isUnauthorized,
    });
    const client = createTRPCClient<AppRouter>({ links: [link, httpBatchLink(http)] });
    confirmed.length = 0;
    await expect(client.confirm.mutate()).rejects.toThrow('The PIN is wrong');
    expect(confirmed).toEqual(['1', '1']);
  });

  it('sends nobody’s token when nobody is signed in, and none to another origin', async () => {
    await expect(clientOf(api.client()).me.query()).rejects.toThrow('Invalid access token');
    const abroad = clientOf(await api.signedIn(), `${api.host.url}/trpc`);
    await expect(abroad.me.query()).rejects.toThrow('Invalid access token');
  });

  it('never sends a call in the name of the next user', async () => {
    const baton = await api.signedIn();
    const client = clientOf(baton);
    letTokensEnd();
    const held = api.line.hold('/auth/token/refresh');
    const asked = client.me.query().catch((error: unknown) => error);
    await held.arrived;
    await baton.signIn({ username: 'bob', password: ANN.password });
    held.letGo();
    expect(await asked).toMatchObject({ data: { code: 'UNAUTHORIZED' } });
    expect(calls()).toHaveLength(1);
    expect(await client.me.query()).toBe('2');
  });

  it('puts no token where a logger would write it out', async () => {
    const baton = await api.signedIn();
    const contexts: string[] = [];
    const spy: TRPCLink<AppRouter> =
      () =>
      ({ op, next }) => {
        contexts.push(JSON.stringify(op.context));
        return next(op);
      };
    expect(await clientOf(baton, undefined, spy).me.query()).toBe('1');
    expect(contexts).toEqual(['{}']);
  });
});
