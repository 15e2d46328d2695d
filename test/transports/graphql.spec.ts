import { UseGuards } from '@nestjs/common';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Context, GraphQLModule, Mutation, Query, Resolver, Subscription } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { createClient } from 'graphql-ws';
import {
  AuthService,
  type AuthenticatedUser,
  Connections,
  CurrentSession,
  CurrentUser,
  JwtAuthGuard,
  Public,
} from 'nestjs-baton';
import { createBaton } from 'nestjs-baton/client';
import { graphqlFetch } from 'nestjs-baton/client/graphql';
import { memoryStorage } from 'nestjs-baton/client/storage/memory';
import { WebSocket } from 'ws';
import { reach } from '../../src/auth/transports/reach.js';
import { type Host, PASSWORD, startHost } from '../host/start-host.js';
import { eventually } from '../contract/vocabulary.js';
import { REFUSED_TOKENS } from './refused-tokens.js';

@UseGuards(JwtAuthGuard)
@Resolver()
class ProfileResolver {
  @Query(() => String)
  profile(
    @CurrentUser() user: AuthenticatedUser,
    @CurrentSession() session: AuthenticatedUser,
    @Context() context: { req: { user?: AuthenticatedUser } },
  ): string {
    return [user.id, session.sessionId, context.req.user?.id].join();
  }

  @Mutation(() => String)
  rename(@CurrentUser() user: AuthenticatedUser): string {
    return user.id;
  }

  @Public()
  @Query(() => String)
  open(@CurrentUser() user?: AuthenticatedUser): string {
    return user?.id ?? 'nobody';
  }

  @Subscription(() => String)
  async *profiles(@CurrentUser() user: AuthenticatedUser) {
    yield { profiles: user.id };
    await new Promise(() => {});
  }
}

const APOLLO = GraphQLModule.forRoot<ApolloDriverConfig>({
  driver: ApolloDriver,
  autoSchemaFile: true,
  subscriptions: { 'graphql-ws': true },
});
const MERCURIUS = GraphQLModule.forRoot<MercuriusDriverConfig>({
  driver: MercuriusDriver,
  autoSchemaFile: true,
  subscription: true,
});

describe.each([
  ['Apollo on Express', 'express', APOLLO],
  ['Mercurius on Fastify', 'fastify', MERCURIUS],
] as const)('GraphQL, %s', (_what, platform, module) => {
  let host: Host;
  beforeAll(async () => {
    host = await startHost({ platform, imports: [module], providers: [ProfileResolver] });
  });
  afterAll(() => host.close());

  const logIn = () =>
    host.app.get(AuthService).login({ username: 'ann', password: PASSWORD, ip: null });

  async function ask(query: string, token?: string) {
    const asked = host.http().post('/graphql').send({ query });
    if (token !== undefined) asked.set('Authorization', `Bearer ${token}`);
    return (await asked).body;
  }

  it('a valid token is let in, and its user found in parameters and in context.req', async () => {
    const { access_token, session_id } = await logIn();
    const { id } = await host.app.get(AuthService).authenticate(access_token);
    const profile = [id, session_id, id].join();
    expect(await ask('{ profile }', access_token)).toEqual({ data: { profile } });
    expect(await ask('mutation { rename }', access_token)).toEqual({ data: { rename: id } });
  });

  it('a client of ours whose token has expired takes another and asks again', async () => {
    const baton = createBaton({ baseUrl: host.url, storage: memoryStorage() });
    await baton.signIn({ username: 'ann', password: PASSWORD });
    host.clock.turn(901);
    const answer = await graphqlFetch(baton)(`${host.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'mutation { rename }' }),
    });
    expect(await answer.json()).toEqual({ data: { rename: expect.any(String) } });
    await baton.dispose();
  });

  it('a public query is open, and has no user', async () => {
    expect(await ask('{ open }')).toEqual({ data: { open: 'nobody' } });
  });

  it.each(REFUSED_TOKENS)(
    'a %s token is refused with our code',
    async (_kind, token, code, message) => {
      const { errors } = await ask('{ profile }', await token(host));
      expect(errors).toMatchObject([{ message, extensions: { code } }]);
    },
  );

  function subscribe(connectionParams: Record<string, unknown>) {
    const closed: unknown[] = [];
    const client = createClient({
      url: `${host.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams,
      retryAttempts: 0,
      on: {
        closed: (event) => {
          closed.push(reach(event, 'code'), reach(event, 'reason'));
        },
      },
    });
    const profiles = client.iterate({ query: 'subscription { profiles }' });
    return { client, profiles, closed };
  }

  it.each(['authorization', 'access_token'])(
    'a subscription has its token in connectionParams, as %s',
    async (name) => {
      const { access_token } = await logIn();
      const { id } = await host.app.get(AuthService).authenticate(access_token);
      const value = name === 'authorization' ? `Bearer ${access_token}` : access_token;
      const { client, profiles } = subscribe({ [name]: value });
      expect(await profiles.next()).toMatchObject({ value: { data: { profiles: id } } });
      await client.dispose();
      await eventually(2000, async () => host.app.get(Connections).size === 0);
    },
  );

  it.each(REFUSED_TOKENS)(
    'a subscription with a %s token is refused with our code',
    async (_kind, token, code) => {
      const { client, profiles } = subscribe({ access_token: await token(host) });
      const answer = await profiles.next().catch((errors: unknown) => ({ value: { errors } }));
      expect(JSON.stringify(answer)).toContain(code);
      await client.dispose();
    },
  );

  it('the connection of a subscription ends with its token, and says why', async () => {
    const { access_token } = await logIn();
    const { profiles, closed } = subscribe({ access_token });
    await profiles.next();
    host.clock.turn(901);
    await profiles.next().catch(() => {});
    expect(closed).toEqual([4401, 'token_expired']);
  });

  it('the connection of a subscription ends with its session, and says why', async () => {
    const { access_token } = await logIn();
    const { profiles, closed } = subscribe({ access_token });
    await profiles.next();
    await host.app.get(AuthService).logoutByAccessToken(access_token);
    await profiles.next().catch(() => {});
    expect(closed).toEqual([4401, 'session_revoked']);
    await eventually(2000, async () => host.app.get(Connections).size === 0);
  });
});

@Resolver()
class OpenResolver {
  @Query(() => String)
  guarded(@CurrentUser() user: AuthenticatedUser): string {
    return user.id;
  }

  @Public()
  @Query(() => String)
  open(): string {
    return 'open';
  }
}

it('a global guard stands before every operation but the public ones', async () => {
  const extras = { globalGuard: true };
  const host = await startHost({ extras, imports: [APOLLO], providers: [OpenResolver] });
  const ask = (query: string) => host.http().post('/graphql').send({ query });
  expect((await ask('{ open }')).body).toEqual({ data: { open: 'open' } });
  const { body } = await ask('{ guarded }');
  expect(body.errors).toMatchObject([{ extensions: { code: 'missing_token' } }]);
  await host.close();
});
