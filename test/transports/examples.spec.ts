import type { INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientProxyFactory, Transport } from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { createBaton } from 'nestjs-baton/client';
import { graphqlFetch } from 'nestjs-baton/client/graphql';
import { memoryStorage } from 'nestjs-baton/client/storage/memory';
import { once } from 'node:events';
import { firstValueFrom } from 'rxjs';
import { WebSocket } from 'ws';
import { AppModule as GraphqlExample } from '../../examples/graphql/app.module.js';
import { UsersService } from '../../examples/in-memory-users/users.service.js';
import { AppModule as MessagesExample } from '../../examples/microservices/app.module.js';
import { AppModule as SocketsExample } from '../../examples/sockets/app.module.js';
import { freePort } from '../host/own-process.js';
import { PASSWORD } from '../host/start-host.js';

let app: INestApplication;
afterEach(() => app.close());

/** Starts an example as its `main.ts` does. @returns ann, signed in */
async function annAt(module: Type, configure: () => void = () => {}) {
  app = await NestFactory.create(module, { logger: false, abortOnError: false });
  configure();
  await app.get(UsersService).add('ann', PASSWORD);
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  const ann = createBaton({ baseUrl: url, storage: memoryStorage() });
  await ann.signIn({ username: 'ann', password: PASSWORD });
  return { ann, url, token: await ann.getAccessToken() };
}

it('the example of GraphQL knows who asks', async () => {
  const { ann, url } = await annAt(GraphqlExample);
  const answer = await graphqlFetch(ann)(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ me hello }' }),
  });
  expect(await answer.json()).toEqual({ data: { me: '1', hello: 'world' } });
});

it('the example of sockets closes them with their session', async () => {
  const { ann, url, token } = await annAt(SocketsExample, () => {
    app.useWebSocketAdapter(new WsAdapter(app));
  });
  const socket = new WebSocket(`${url.replace('http', 'ws')}/sockets`);
  await once(socket, 'open');
  socket.send(JSON.stringify({ event: 'authenticate', data: { access_token: token } }));
  const [message] = await once(socket, 'message');
  expect(JSON.parse(String(message))).toMatchObject({ event: 'authenticated' });
  const closed = once(socket, 'close');
  await ann.signOut();
  const [code, reason] = await closed;
  expect([code, String(reason)]).toEqual([4401, 'session_revoked']);
});

it('the example of microservices knows who asks', async () => {
  const options = { host: '127.0.0.1', port: await freePort() };
  const { token } = await annAt(MessagesExample, () => {
    app.connectMicroservice({ transport: Transport.TCP, options });
  });
  const client = ClientProxyFactory.create({ transport: Transport.TCP, options });
  const ask = (data: object) => firstValueFrom(client.send<unknown>('orders', data));
  expect(await ask({ access_token: token })).toEqual({ of: '1' });
  await expect(ask({})).rejects.toMatchObject({ error: 'missing_token' });
  await client.close();
});
