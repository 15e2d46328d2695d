import { setTimeout } from 'node:timers/promises';
import { Injectable, Scope, UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import {
  Args,
  Context,
  Field,
  GraphQLModule,
  ObjectType,
  Parent,
  Query,
  ResolveField,
  Resolver,
  Subscription,
} from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { createClient } from 'graphql-ws';
import {
  type AuthenticatedUser,
  CurrentSession,
  CurrentUser,
  JwtAuthGuard,
  OptionalAuth,
  Public,
  UserRefusedError,
} from 'nestjs-baton';
import { WebSocket } from 'ws';
import { login } from '../contract/vocabulary.js';
import { type Host, startHost } from '../host/start-host.js';

@ObjectType()
class Profile {
  @Field(() => String)
  id = '';
}

const idOf = (user?: AuthenticatedUser): string => user?.id ?? 'nobody';

@Resolver(() => Profile)
class ProfileResolver {
  @Query(() => Profile)
  profile(@CurrentUser() user: AuthenticatedUser): Profile {
    return { id: user.id };
  }

  @Query(() => String)
  async slow(@CurrentUser() user: AuthenticatedUser, @Args('ms') ms: number): Promise<string> {
    await setTimeout(ms);
    return user.id;
  }

  @Public()
  @Query(() => String)
  open(@CurrentUser() user?: AuthenticatedUser): string {
    return idOf(user);
  }

  @OptionalAuth()
  @Query(() => String)
  maybe(@CurrentUser() user?: AuthenticatedUser): string {
    return idOf(user);
  }

  @Public()
  @Query(() => Profile)
  stranger(): Profile {
    return { id: 'stranger' };
  }

  /** Knows whoever asks. */
  @ResolveField(() => String)
  reader(@Parent() { id }: Profile, @CurrentUser() user?: AuthenticatedUser): string {
    return `${idOf(user)} of ${id}`;
  }

  @UseGuards(JwtAuthGuard)
  @ResolveField(() => String)
  secret(@CurrentUser() user: AuthenticatedUser, @CurrentSession() s: AuthenticatedUser): string {
    return [user.id, s.id].join();
  }

  @Subscription(() => Profile)
  async *profiles(@CurrentUser() user: AuthenticatedUser, @Context() _context: object) {
    yield { profiles: { id: user.id } };
    await new Promise(() => {});
  }
}

@Injectable({ scope: Scope.REQUEST })
@Resolver(() => Profile)
class ScopedResolver {
  @Query(() => String)
  scoped(@CurrentUser() user: AuthenticatedUser): string {
    return user.id;
  }
}

const common = { autoSchemaFile: true, fieldResolverEnhancers: ['guards' as const] };
const apollo = (more: Partial<ApolloDriverConfig>) =>
  GraphQLModule.forRoot<ApolloDriverConfig>({
    driver: ApolloDriver,
    ...common,
    subscriptions: { 'graphql-ws': true },
    ...more,
  });
const mercurius = (more: Partial<MercuriusDriverConfig>) =>
  GraphQLModule.forRoot<MercuriusDriverConfig>({
    driver: MercuriusDriver,
    ...common,
    subscription: true,
    ...more,
  });

/** @see issue 14 */
describe.each([
  ['Apollo on Express', 'express', apollo({})],
  [
    'Apollo on Express, context of its own',
    'express',
    apollo({ context: ({ req, res }: { req: object; res: object }) => ({ req, res, own: 1 }) }),
  ],
  [
    'Apollo on Express, a context for both',
    'express',
    apollo({
      context: ({ req, extra, connectionParams }: Record<string, object>) => ({
        req: req ?? { extra, connectionParams },
      }),
    }),
  ],
  ['Mercurius', 'fastify', mercurius({})],
  [
    'Mercurius, context of its own',
    'fastify',
    mercurius({ context: (request: object, reply: object) => ({ request, reply, own: 1 }) }),
  ],
  [
    'Mercurius, a context that knows no request',
    'fastify',
    mercurius({ context: () => ({ own: 1 }) }),
  ],
] as const)('GraphQL behind a global guard, %s', (_what, platform, module) => {
  let host: Host;
  beforeAll(async () => {
    host = await startHost({
      platform,
      extras: { globalGuard: true },
      imports: [module],
      providers: [ProfileResolver, ScopedResolver],
    });
  });
  afterAll(() => host.close());

  async function ask(query: string, token?: string) {
    const asked = host.http().post('/graphql').send({ query });
    if (token !== undefined) asked.set('Authorization', `Bearer ${token}`);
    return (await asked).body;
  }

  it('everybody has his own user, side by side in one operation', async () => {
    const { access_token } = await login(host);
    const { data } = await ask(
      '{ a: slow(ms: 5) open profile { id reader secret } maybe scoped b: slow(ms: 1) }',
      access_token,
    );
    const { id } = data.profile;
    expect(data).toEqual({
      a: id,
      open: 'nobody',
      profile: { id, reader: `${id} of ${id}`, secret: `${id},${id}` },
      maybe: id,
      scoped: id,
      b: id,
    });
    const again = await ask('{ profile { id } open maybe }', access_token);
    expect(again).toEqual({ data: { profile: { id }, open: 'nobody', maybe: id } });
  });

  it('of a stranger only what is guarded is refused', async () => {
    const { data, errors } = await ask('{ open maybe }');
    expect([data, errors]).toEqual([{ open: 'nobody', maybe: 'nobody' }, undefined]);
    const refused = await ask('{ stranger { id secret } }');
    expect(refused.errors).toMatchObject([{ extensions: { code: 'missing_token' } }]);
    expect((await ask('{ maybe }', 'a.b.c')).errors).toMatchObject([
      { extensions: { code: 'invalid_token' } },
    ]);
    expect((await ask('{ scoped }')).errors).toMatchObject([
      { extensions: { code: 'missing_token' } },
    ]);
  });

  it('a subscription and its fields know their user', async () => {
    const { access_token } = await login(host);
    const client = createClient({
      url: `${host.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { Authorization: `Bearer ${access_token}` },
      retryAttempts: 0,
    });
    const profiles = client.iterate({ query: 'subscription { profiles { id reader secret } }' });
    const { value } = await profiles.next();
    expect(value).toMatchObject({ data: { profiles: { id: expect.any(String) } } });
    const { id } = value.data.profiles;
    expect(value.data.profiles).toEqual({ id, reader: `${id} of ${id}`, secret: `${id},${id}` });
    await client.dispose();
  });
});

it('a guard of the host’s own stands before every operation, too', async () => {
  const host = await startHost({
    imports: [apollo({})],
    providers: [ProfileResolver, { provide: APP_GUARD, useExisting: JwtAuthGuard }],
  });
  const { body } = await host.http().post('/graphql').send({ query: '{ open profile { id } }' });
  expect(body.errors).toMatchObject([{ extensions: { code: 'missing_token' } }]);
  await host.close();
});

it('a refusal of the application’s own has its code', async () => {
  const host = await startHost({
    imports: [apollo({})],
    auth: {
      toUser: () => {
        throw new UserRefusedError('locked', 'Your account is locked', 423);
      },
    },
    extras: { globalGuard: true },
    providers: [ProfileResolver],
  });
  const { access_token } = await login(host);
  const asked = host.http().post('/graphql').send({ query: '{ profile { id } }' });
  const { body } = await asked.set('Authorization', `Bearer ${access_token}`);
  expect(body.errors).toMatchObject([
    { message: 'Your account is locked', extensions: { code: 'locked' } },
  ]);
  await host.close();
});
