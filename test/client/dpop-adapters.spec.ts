/** What sends tokens by itself, and sessions that are bound to a key. @see issue 13, section 4; RFC 9449 */
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client/core';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { UseGuards } from '@nestjs/common';
import { GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { createTRPCClient, httpLink } from '@trpc/client';
import { create } from 'axios';
import { type AuthenticatedUser, CurrentUser, JwtAuthGuard } from 'nestjs-baton';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { firstValueFrom, of } from 'rxjs';
import type { AppRouter } from '../../examples/trpc/router.js';
import { authorizingInterceptor } from '../../src/client/angular.js';
import { type AxiosAuthorizationOptions, authorizeAxios } from '../../src/client/axios.js';
import { systemClock } from '../../src/client/clock.js';
import { withDpop } from '../../src/client/dpop.js';
import { storedKey } from '../../src/client/dpop/stored.js';
import { graphqlFetch } from '../../src/client/graphql.js';
import type { Baton } from '../../src/client/index.js';
import { authorizeSocket } from '../../src/client/socket-io.js';
import { memoryStorage } from '../../src/client/storage/memory.js';
import { authorizeTrpc } from '../../src/client/trpc.js';
import { keepConnected } from '../../src/client/web-socket.js';
import { eventually } from '../contract/vocabulary.js';
import { ANN, type Api, startApi } from './api.js';
import { listen } from './bad-line.js';

@Resolver()
class MeResolver {
  @UseGuards(JwtAuthGuard)
  @Query(() => String)
  me(@CurrentUser() { id }: AuthenticatedUser): string {
    return id;
  }
}

let api: Api;
afterEach(() => api.close());

/** Ann's bound session, on a device with the server's clock. */
async function bound(dpopNonce = false) {
  const driver = { driver: ApolloDriver, autoSchemaFile: true };
  api = await startApi({
    auth: { dpop: 'required', dpopNonce, accessTtl: '1h' },
    imports: [GraphQLModule.forRoot<ApolloDriverConfig>(driver)],
    providers: [MeResolver],
  });
  const { url: baseUrl, clock: server } = api.host;
  const clock = { ...systemClock, now: () => server.nowMs() };
  const given = { baseUrl, clock, storage: memoryStorage() };
  const options = withDpop(given, storedKey(memoryStorage()));
  const baton = api.client(options);
  await baton.signIn(ANN);
  return { baton, options };
}

const refused = { code: 'session_bound', message: expect.stringContaining('bound to a key') };

const instanceFor = (baton: Baton, options?: AxiosAuthorizationOptions) => {
  const instance = create({ baseURL: api.host.url });
  authorizeAxios(instance, baton, options);
  return instance;
};

const clientOf = (send: ReturnType<typeof graphqlFetch>) => {
  const link = new HttpLink({ uri: `${api.host.url}/graphql`, fetch: send });
  return new ApolloClient({ link, cache: new InMemoryCache() });
};

describe('axios', () => {
  it.each([false, true])('proves each request, with nonces: %s', async (nonces) => {
    const { baton, options } = await bound(nonces);
    const instance = instanceFor(baton, options);
    const order = { tea: 1 };
    const { data } = await instance.post('/orders', order, { params: { page: 1 } });
    expect(data.body).toEqual(order);
    expect((await instance.get('/auth/me')).data).toMatchObject({ username: 'ann' });
  });

  it('is refreshed as others are', async () => {
    const { baton, options } = await bound();
    const instance = instanceFor(baton, options);
    const before = await baton.getAccessToken();
    api.host.clock.turn(3_600);
    expect((await instance.get('/auth/me')).data).toMatchObject({ username: 'ann' });
    expect(await baton.getAccessToken()).not.toBe(before);
  });

  it('makes another proof when a nonce is over, once, and none for a stream', async () => {
    const { baton, options } = await bound(true);
    const instance = instanceFor(baton, options);
    api.host.clock.turn(300);
    expect((await instance.get('/auth/me')).status).toBe(200);
    api.host.clock.turn(300);
    const upload = instance.post('/uploads', Readable.from(['tea']), { maxRedirects: 0 });
    await expect(upload).rejects.toMatchObject({
      response: { data: { error: 'use_dpop_nonce' } },
    });
    expect((await instance.get('/auth/me')).status).toBe(200);
  });

  it('sends nothing without a prover, and says so', async () => {
    const { baton } = await bound();
    await expect(instanceFor(baton).get('/auth/me')).rejects.toMatchObject(refused);
  });
});

describe('GraphQL', () => {
  const ME = gql`
    query Me {
      me
    }
  `;
  it('is proved by the fetch of the options', async () => {
    const { baton, options } = await bound();
    const client = clientOf(graphqlFetch(baton, options));
    expect((await client.query({ query: ME })).data).toEqual({ me: '1' });
  });

  it('sends nothing without it, and says so', async () => {
    const { baton } = await bound();
    const query = clientOf(graphqlFetch(baton)).query({ query: ME });
    await expect(query).rejects.toMatchObject(refused);
  });
});

/** Asks a server of tRPC that has the API's trust, and says what it was sent. */
async function sentByTrpc(prove: boolean): Promise<string[]> {
  const { options } = await bound();
  const sent: string[] = [];
  const server = createServer(({ headers }, response) => {
    sent.push(`${headers.authorization?.split(' ')[0]} ${typeof headers['dpop']}`);
    response.end('{"result":{"data":"hello"}}');
  });
  const url = await listen(server);
  const baton = api.client({ ...options, origins: [url] });
  await baton.signIn(ANN);
  const { link, http } = authorizeTrpc<AppRouter>(baton, url, prove ? options : {});
  const client = createTRPCClient<AppRouter>({ links: [link, httpLink(http)] });
  await client.hello.query().finally(() => server.close());
  return sent;
}

describe('tRPC', () => {
  it('is proved by the fetch of the options', async () => {
    expect(await sentByTrpc(true)).toEqual(['DPoP string']);
  });

  it('sends nothing without it, and says so', async () => {
    await expect(sentByTrpc(false)).rejects.toThrow('bound to a key');
  });
});

it('Angular is told that it cannot', async () => {
  const { baton } = await bound();
  const request = {
    url: `${api.host.url}/auth/me`,
    headers: { has: () => false },
    clone: () => request,
  };
  const sent: unknown[] = [];
  const answer = authorizingInterceptor(baton)(request, (given) => {
    sent.push(given);
    return of({ type: 4 });
  });
  await expect(firstValueFrom(answer)).rejects.toMatchObject(refused);
  expect(sent).toEqual([]);
});

describe('a socket', () => {
  it('of socket.io is not connected, and its owner told by connect_error', async () => {
    const { baton } = await bound();
    const http = createServer();
    const server = new Server(http);
    const seen: unknown[] = [];
    server.use((connection, next) => {
      seen.push(connection.handshake.auth);
      next();
    });
    const url = await listen(http);
    const socket = io(url, { autoConnect: false, transports: ['websocket'] });
    authorizeSocket(socket, baton);
    const told = new Promise<Error>((tell) => {
      socket.on('connect_error', tell);
    });
    socket.connect();
    expect(await told).toMatchObject(refused);
    expect({ seen, active: socket.active }).toEqual({ seen: [], active: false });
    await server.close();
  });

  it('kept open is not opened, and its owner told once', async () => {
    const { baton } = await bound();
    const told: unknown[] = [];
    const opened: string[] = [];
    const open = (token: string): WebSocket => {
      opened.push(token);
      throw new Error('Opened');
    };
    const { stop } = keepConnected(baton, open, { onRefused: (error) => told.push(error) });
    await eventually(1_000, async () => told.length > 0);
    expect(told).toMatchObject([refused]);
    expect(opened).toEqual([]);
    stop();
  });
});
