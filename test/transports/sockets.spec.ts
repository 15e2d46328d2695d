import { UseGuards } from '@nestjs/common';
import { type OnGatewayConnection, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  AuthService,
  type AuthenticatedUser,
  Connections,
  CurrentSession,
  CurrentUser,
  JwtAuthGuard,
  Public,
} from 'nestjs-baton';
import { eventually, login, logout, refresh } from '../contract/vocabulary.js';
import { type Host, startHost } from '../host/start-host.js';
import { overSocketIo, overWs, withSocketIo, withWs } from './socket-clients.js';
import { REFUSED_TOKENS } from './refused-tokens.js';

@UseGuards(JwtAuthGuard)
@WebSocketGateway({ path: '/sockets' })
class LazyGateway {
  @SubscribeMessage('who')
  who(@CurrentUser() user: AuthenticatedUser, @CurrentSession() session: AuthenticatedUser) {
    return { event: 'who', data: [user.id, session.sessionId] };
  }

  @Public()
  @SubscribeMessage('open')
  open(@CurrentUser() user?: AuthenticatedUser) {
    return { event: 'open', data: user?.id ?? 'nobody' };
  }
}

@WebSocketGateway({ path: '/sockets' })
class EagerGateway extends LazyGateway implements OnGatewayConnection {
  constructor(private readonly connections: Connections) {
    super();
  }

  async handleConnection(client: object, request?: object) {
    await this.connections.open(client, request);
  }
}

describe.each([
  ['ws on Fastify', 'fastify', withWs, overWs],
  ['ws on Express', 'express', withWs, overWs],
  ['socket.io on Fastify', 'fastify', withSocketIo, overSocketIo],
  ['socket.io on Express', 'express', withSocketIo, overSocketIo],
] as const)('a gateway of %s', (_what, platform, configure, connect) => {
  let host: Host;
  beforeAll(async () => {
    host = await startHost({ platform, configure, providers: [LazyGateway] });
  });
  afterAll(() => host.close());

  const heldAre = (count: number) =>
    eventually(2000, async () => host.app.get(Connections).size === count);

  it('a token in the header of the handshake is let in, and its user found', async () => {
    const { access_token, session_id } = await login(host);
    const { id } = await host.app.get(AuthService).authenticate(access_token);
    const client = connect(host, { header: access_token });
    client.say('who');
    expect(await client.next()).toEqual({ event: 'who', data: [id, session_id] });
    client.leave();
    await heldAre(0);
  });

  it('a token in the data of the first message is let in, and is the connection’s from then on', async () => {
    const { access_token, session_id } = await login(host);
    const client = connect(host);
    client.say('who', { access_token });
    expect(await client.next()).toMatchObject({ data: [expect.anything(), session_id] });
    client.say('who');
    expect(await client.next()).toMatchObject({ data: [expect.anything(), session_id] });
    client.leave();
    await heldAre(0);
  });

  it('a public message is for everybody', async () => {
    const client = connect(host);
    client.say('open');
    expect(await client.next()).toEqual({ event: 'open', data: 'nobody' });
    client.leave();
  });

  it('a public message has no user, whoever sent one before', async () => {
    const client = connect(host, { header: (await login(host)).access_token });
    client.say('who', 'me');
    expect(await client.next()).toMatchObject({ event: 'who' });
    client.say('open', 'me');
    expect(await client.next()).toEqual({ event: 'open', data: 'nobody' });
    client.leave();
  });

  it.each(REFUSED_TOKENS)(
    'a %s token is an exception with our code',
    async (_kind, token, error, sentence) => {
      const header = await token(host);
      const client = connect(host, header === undefined ? {} : { header });
      client.say('who');
      const data = { error, error_description: sentence };
      expect(await client.next()).toEqual({ event: 'exception', data });
      client.leave();
    },
  );

  it('a token in the query string is none, unless asked for', async () => {
    const { access_token } = await login(host);
    const client = connect(host, { query: access_token });
    client.say('who');
    expect(await client.next()).toMatchObject({ data: { error: 'missing_token' } });
    client.leave();
    const auth = { socketQueryToken: true };
    const asking = await startHost({ platform, configure, auth, providers: [LazyGateway] });
    const other = connect(asking, { query: (await login(asking)).access_token });
    other.say('who');
    expect(await other.next()).toMatchObject({ event: 'who' });
    other.leave();
    await asking.close();
  });

  it('a connection ends with its session', async () => {
    const pair = await login(host);
    const client = connect(host, { header: pair.access_token });
    client.say('who');
    await client.next();
    await logout(host, pair);
    expect(await client.ended).toEqual([4401, 'session_revoked']);
    await heldAre(0);
  });

  it('a connection ends with its token, unless its client has sent the next one', async () => {
    const [pair, idle] = [await login(host), await login(host)];
    const client = connect(host, { header: pair.access_token });
    const other = connect(host, { header: idle.access_token });
    client.say('who');
    other.say('who');
    await Promise.all([client.next(), other.next()]);
    host.clock.turn(800);
    const { access_token } = await refresh(host, pair.refresh_token);
    client.say('who', { access_token });
    await client.next();
    host.clock.turn(101);
    expect(await other.ended).toEqual([4401, 'token_expired']);
    client.say('who');
    expect(await client.next()).toMatchObject({ event: 'who' });
    client.leave();
    await heldAre(0);
  });

  it('a gateway that opens its connections closes a bad one at once, and a silent one with its session', async () => {
    const eager = await startHost({ platform, configure, providers: [EagerGateway] });
    expect(await connect(eager, { header: 'a.b.c' }).ended).toEqual([4401, 'invalid_token']);
    const pair = await login(eager);
    const silent = connect(eager, { header: pair.access_token });
    await eventually(2000, async () => eager.app.get(Connections).size === 1);
    await logout(eager, pair);
    expect(await silent.ended).toEqual([4401, 'session_revoked']);
    expect(eager.app.get(Connections).size).toBe(0);
    await eager.close();
  });
});

it('socket.io’s auth has the token, with its scheme or without', async () => {
  const host = await startHost({ configure: withSocketIo, providers: [LazyGateway] });
  const { access_token } = await login(host);
  for (const token of [access_token, `Bearer ${access_token}`]) {
    const client = overSocketIo(host, { auth: { token } });
    client.say('who');
    expect(await client.next()).toMatchObject({ event: 'who' });
    client.leave();
  }
  await host.close();
});

@WebSocketGateway({ path: '/sockets' })
class UnguardedGateway {
  @SubscribeMessage('who')
  who(@CurrentUser() user: AuthenticatedUser) {
    return { event: 'who', data: user.id };
  }

  @Public()
  @SubscribeMessage('open')
  open() {
    return { event: 'open', data: 'nobody' };
  }
}

it('a global guard stands before every message but the public ones', async () => {
  const extras = { globalGuard: true };
  const host = await startHost({ extras, configure: withWs, providers: [UnguardedGateway] });
  const client = overWs(host);
  client.say('open');
  expect(await client.next()).toMatchObject({ event: 'open' });
  client.say('who');
  expect(await client.next()).toMatchObject({ data: { error: 'missing_token' } });
  client.leave();
  await host.close();
});
