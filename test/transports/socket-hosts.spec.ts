import { UseGuards, UsePipes, ValidationPipe } from '@nestjs/common';
import {
  Ack,
  ConnectedSocket,
  MessageBody,
  type OnGatewayConnection,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import {
  type AuthenticatedUser,
  Connections,
  CurrentSession,
  CurrentUser,
  JwtAuthGuard,
  OptionalAuth,
  Public,
} from 'nestjs-baton';
import { of } from 'rxjs';
import type { Socket } from 'socket.io';
import { io } from 'socket.io-client';
import { eventually, login, logout, refresh } from '../contract/vocabulary.js';
import { type Host, PLATFORMS, startHost } from '../host/start-host.js';
import { overWs, withSocketIo, withWs } from './socket-clients.js';

const idOf = (user?: AuthenticatedUser): string => user?.id ?? 'nobody';

@WebSocketGateway({ namespace: 'chat' })
class ChatGateway implements OnGatewayConnection {
  constructor(private readonly connections: Connections) {}

  async handleConnection(client: Socket) {
    const session = await this.connections.open(client);
    if (session !== null) await client.join(session.id);
  }

  @SubscribeMessage('say')
  say(
    @ConnectedSocket() client: Socket,
    @MessageBody() body: unknown,
    @CurrentUser() user: AuthenticatedUser,
    @CurrentSession() session: AuthenticatedUser,
  ) {
    return [client.nsp.name, body, user.id === session.id];
  }

  @SubscribeMessage('acknowledge')
  acknowledge(@Ack() ack: (answer: unknown) => void, @CurrentUser() user: AuthenticatedUser) {
    ack([user.id]);
  }

  @SubscribeMessage('stream')
  stream(@CurrentUser() user: AuthenticatedUser) {
    return of({ event: 'stream', data: user.id });
  }

  @OptionalAuth()
  @SubscribeMessage('maybe')
  maybe(@CurrentUser() user?: AuthenticatedUser) {
    return idOf(user);
  }

  @Public()
  @SubscribeMessage('open')
  open(@CurrentUser() user?: AuthenticatedUser) {
    return idOf(user);
  }
}

@WebSocketGateway({ namespace: 'news' })
class NewsGateway {
  @SubscribeMessage('maybe')
  maybe(@CurrentUser() user: AuthenticatedUser) {
    return user.id;
  }
}

/** @see issue 14 */
describe.each(PLATFORMS)('socket.io behind a global guard, on %s', (platform) => {
  let host: Host;
  beforeAll(async () => {
    host = await startHost({
      platform,
      extras: { globalGuard: true },
      configure: withSocketIo,
      providers: [ChatGateway, NewsGateway],
    });
  });
  afterAll(() => host.close());

  function connect(namespace: string, token?: string) {
    return io(`${host.url}/${namespace}`, {
      forceNew: true,
      auth: token === undefined ? {} : { token },
    });
  }

  it('parameters, acknowledgements and streams have the user', async () => {
    const pair = await login(host);
    const client = connect('chat', pair.access_token);
    expect(await client.emitWithAck('say', 'hello')).toEqual(['/chat', 'hello', true]);
    expect(await client.emitWithAck('say', { text: 'hello' })).toEqual([
      '/chat',
      { text: 'hello' },
      true,
    ]);
    const [id] = await client.emitWithAck('acknowledge', {});
    const [again, maybe, open] = await Promise.all([
      client.emitWithAck('acknowledge', 'all'),
      client.emitWithAck('maybe', 'at'),
      client.emitWithAck('open', 'once'),
    ]);
    expect([again, maybe, open]).toEqual([[id], id, 'nobody']);
    client.emit('stream', 1);
    expect(await new Promise((resolve) => client.once('stream', resolve))).toBe(id);
    client.disconnect();
    await eventually(2000, async () => host.app.get(Connections).size === 0);
  });

  it('a stranger hears our code as an exception', async () => {
    const client = connect('chat');
    expect(await client.emitWithAck('maybe', 1)).toBe('nobody');
    const heard = new Promise((resolve) => client.once('exception', resolve));
    client.emit('say', 'hello');
    expect(await heard).toMatchObject({ error: 'missing_token' });
    client.disconnect();
  });

  it('every namespace of a client ends with its session', async () => {
    const pair = await login(host);
    const sockets = ['chat', 'news'].map((name) => connect(name, pair.access_token));
    for (const socket of sockets) await socket.emitWithAck('maybe', {});
    const ended = sockets.map(
      (socket) => new Promise((resolve) => socket.once('disconnect', resolve)),
    );
    await logout(host, pair);
    expect(await Promise.all(ended)).toEqual(['io server disconnect', 'io server disconnect']);
    expect(host.app.get(Connections).size).toBe(0);
  });

  it('one connection that has both namespaces, too', async () => {
    const pair = await login(host);
    const chat = connect('chat', pair.access_token);
    const news = chat.io.socket('/news', { auth: { token: pair.access_token } });
    news.connect();
    for (const socket of [chat, news]) await socket.emitWithAck('maybe', {});
    expect(host.app.get(Connections).size).toBe(2);
    const ended = [chat, news].map(
      (socket) => new Promise((resolve) => socket.once('disconnect', resolve)),
    );
    await logout(host, pair);
    await Promise.all(ended);
    expect(host.app.get(Connections).size).toBe(0);
    chat.disconnect();
  });

  it('the next token comes with a message', async () => {
    const pair = await login(host);
    const client = connect('chat', pair.access_token);
    await client.emitWithAck('say', 1);
    host.clock.turn(800);
    const { access_token } = await refresh(host, pair.refresh_token);
    await client.emitWithAck('say', { access_token });
    host.clock.turn(200);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await client.emitWithAck('say', 1)).toEqual(['/chat', 1, true]);
    client.disconnect();
  });
});

class Said {
  text = '';
}

@UseGuards(JwtAuthGuard)
@WebSocketGateway({ path: '/sockets' })
class PlainGateway {
  @SubscribeMessage('say')
  say(@MessageBody() body: unknown, @CurrentUser() user: AuthenticatedUser) {
    return { event: 'said', data: [body, user.id] };
  }

  @UsePipes(new ValidationPipe({ whitelist: true, transform: true }))
  @SubscribeMessage('checked')
  checked(@MessageBody() body: Said, @CurrentUser() user: AuthenticatedUser) {
    return { event: 'said', data: [body, user.id] };
  }
}

describe.each(PLATFORMS)('ws, on %s', (platform) => {
  it('whatever the data is, its handler has the user', async () => {
    const host = await startHost({ platform, configure: withWs, providers: [PlainGateway] });
    const { access_token } = await login(host);
    const client = overWs(host, { header: access_token });
    for (const data of ['text', 1, ['a'], { a: 1 }, true]) {
      client.say('say', data);
      expect(await client.next()).toEqual({ event: 'said', data: [data, expect.any(String)] });
    }
    for (const event of ['checked', 'say', 'checked']) client.say(event, { text: 'a' });
    for (const _ of [1, 2, 3]) expect(await client.next()).toMatchObject({ event: 'said' });
    client.leave();
    await host.close();
  });
});
