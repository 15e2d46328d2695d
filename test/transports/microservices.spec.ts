import { randomUUID } from 'node:crypto';
import { Controller, UseGuards } from '@nestjs/common';
import {
  type ClientProxy,
  ClientProxyFactory,
  MessagePattern,
  type NatsOptions,
  NatsRecordBuilder,
  type RedisOptions,
  type RmqOptions,
  RmqRecordBuilder,
  type TcpClientOptions,
  type TcpOptions,
  Transport,
} from '@nestjs/microservices';
import { headers } from '@nats-io/transport-node';
import {
  AuthService,
  type AuthenticatedUser,
  CurrentSession,
  CurrentUser,
  JwtAuthGuard,
  Public,
} from 'nestjs-baton';
import { firstValueFrom } from 'rxjs';
import { login } from '../contract/vocabulary.js';
import { isListening } from '../host/databases.js';
import { freePort } from '../host/own-process.js';
import { type Host, startHost } from '../host/start-host.js';
import { REFUSED_TOKENS } from './refused-tokens.js';

@UseGuards(JwtAuthGuard)
@Controller()
class ProfileController {
  @MessagePattern('profile')
  profile(@CurrentUser() user: AuthenticatedUser, @CurrentSession() session: AuthenticatedUser) {
    return [user.id, session.sessionId];
  }

  @Public()
  @MessagePattern('open')
  open(@CurrentUser() user?: AuthenticatedUser) {
    return user?.id ?? 'nobody';
  }
}

@Controller()
class UnguardedController {
  @MessagePattern('profile')
  profile(@CurrentUser() user: AuthenticatedUser) {
    return [user.id];
  }

  @Public()
  @MessagePattern('open')
  open() {
    return 'nobody';
  }
}

type Options = (TcpOptions & TcpClientOptions) | RedisOptions | NatsOptions | RmqOptions;

/** A message of a transport, with a token where there is one. */
type Message = (token: string | undefined) => unknown;

const inPayload: Message = (access_token) => ({ access_token });

const inNatsHeaders =
  (name: string): Message =>
  (token) => {
    const map = headers();
    if (token !== undefined) map.set(name, `Bearer ${token}`);
    return new NatsRecordBuilder({}).setHeaders(map).build();
  };

const inRabbitHeaders: Message = (token) =>
  new RmqRecordBuilder({})
    .setOptions({ headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })
    .build();

const OWN = randomUUID();

const KINDS: readonly [what: string, options: () => Promise<Options>, Message, port?: number][] = [
  ['TCP', overTcp, inPayload],
  [
    'Redis',
    async () => ({ transport: Transport.REDIS, options: { host: '127.0.0.1', port: 6379 } }),
    inPayload,
    6379,
  ],
  ['NATS', overNats, inNatsHeaders('authorization'), 4222],
  ['NATS, with a capital', overNats, inNatsHeaders('Authorization'), 4222],
  [
    'RabbitMQ',
    async () => ({
      transport: Transport.RMQ,
      options: {
        urls: ['amqp://127.0.0.1:5672'],
        queue: `baton-${OWN}`,
        queueOptions: { durable: false, autoDelete: true },
      },
    }),
    inRabbitHeaders,
    5672,
  ],
];

async function overTcp(): Promise<TcpOptions & TcpClientOptions> {
  return { transport: Transport.TCP, options: { host: '127.0.0.1', port: await freePort() } };
}

async function overNats(): Promise<NatsOptions> {
  return { transport: Transport.NATS, options: { servers: ['nats://127.0.0.1:4222'] } };
}

/** A broker that is not there is a failure under `CI=true`, and left out elsewhere. */
const available = await Promise.all(
  KINDS.map(async ([, , , port]) => port === undefined || (await isListening(port))),
);
const isRun = (index: number): boolean => available[index] === true || process.env['CI'] === 'true';

const kinds = KINDS.filter((_kind, index) => isRun(index));

describe.each(kinds)('messages over %s', (_what, optionsOf, message) => {
  let host: Host;
  let client: ClientProxy;
  beforeAll(async () => {
    host = await startHost({ controllers: [ProfileController] });
    const options = await optionsOf();
    host.app.connectMicroservice(options);
    await host.app.startAllMicroservices();
    client = ClientProxyFactory.create(options);
  });
  afterAll(async () => {
    await client.close();
    await host.close();
  });

  const ask = (pattern: string, token?: string) =>
    firstValueFrom(client.send<unknown>(pattern, message(token)));

  it('a valid token is let in, and its user found', async () => {
    const { access_token, session_id } = await login(host);
    const { id } = await host.app.get(AuthService).authenticate(access_token);
    expect(await ask('profile', access_token)).toEqual([id, session_id]);
  });

  it('a public message is for everybody', async () => {
    expect(await ask('open')).toBe('nobody');
  });

  it.each(REFUSED_TOKENS)(
    'a %s token is an error with our code',
    async (_kind, token, error, sentence) => {
      const asked = ask('profile', await token(host));
      await expect(asked).rejects.toEqual({ error, error_description: sentence });
    },
  );
});

it('the metadata of a packet has the token, where the transport has no headers', async () => {
  const host = await startHost({ controllers: [ProfileController] });
  const options = await overTcp();
  host.app.connectMicroservice(options);
  await host.app.startAllMicroservices();
  const client = ClientProxyFactory.create(options);
  const { access_token, session_id } = await login(host);
  client.setOnDispatchHook((packet) => {
    packet.metadata = { authorization: `Bearer ${access_token}` };
  });
  const answer = await firstValueFrom(client.send<unknown>('profile', {}));
  expect(answer).toEqual([expect.anything(), session_id]);
  await client.close();
  await host.close();
});

it.each(kinds)(
  'a global guard stands before every message but the public ones, over %s',
  async (_what, optionsOf, message) => {
    const host = await startHost({
      extras: { globalGuard: true },
      controllers: [UnguardedController],
    });
    const options = await optionsOf();
    host.app.connectMicroservice(options, { inheritAppConfig: true });
    await host.app.startAllMicroservices();
    const client = ClientProxyFactory.create(options);
    const ask = (pattern: string, token?: string) =>
      firstValueFrom(client.send<unknown>(pattern, message(token)));
    expect(await ask('open')).toBe('nobody');
    await expect(ask('profile')).rejects.toMatchObject({ error: 'missing_token' });
    await expect(ask('profile', 'a.b.c')).rejects.toMatchObject({ error: 'invalid_token' });
    const { access_token } = await login(host);
    expect(await ask('profile', access_token)).toEqual([expect.any(String)]);
    await client.close();
    await host.close();
  },
);
