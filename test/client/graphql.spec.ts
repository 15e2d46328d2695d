/** Apollo Client through `graphqlFetch`, against Apollo in a Nest application. @see issue 13, section 4 */
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client/core';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { UnauthorizedException, UseGuards } from '@nestjs/common';
import { GraphQLModule, Mutation, Query, Resolver } from '@nestjs/graphql';
import { GraphQLError } from 'graphql';
import { type AuthenticatedUser, CurrentUser, JwtAuthGuard } from 'nestjs-baton';
import type { Baton } from '../../src/client/index.js';
import {
  type GraphqlError,
  type GraphqlFetchOptions,
  graphqlFetch,
} from '../../src/client/graphql.js';
import { type Api, refreshes, startApi } from './api.js';

/** What resolvers have done. */
let done: string[];

@Resolver()
class OrdersResolver {
  @UseGuards(JwtAuthGuard)
  @Query(() => String)
  me(@CurrentUser() { id }: AuthenticatedUser): string {
    return id;
  }

  @UseGuards(JwtAuthGuard)
  @Mutation(() => String, { nullable: true })
  pay(@CurrentUser() { id }: AuthenticatedUser): string {
    done.push('pay');
    return `paid by ${id}`;
  }

  @Mutation(() => String, { nullable: true })
  order(): string {
    done.push('order');
    return 'ordered';
  }

  /** It has done something, and says nothing of it. */
  @Mutation(() => String, { nullable: true })
  note(): null {
    done.push('note');
    return null;
  }

  /** The application's own refusal, after something has happened. */
  @Mutation(() => String, { nullable: true })
  confirm(): never {
    done.push('confirm');
    throw new UnauthorizedException('The PIN is wrong');
  }

  @Mutation(() => String, { nullable: true })
  transfer(): never {
    done.push('transfer');
    throw new GraphQLError('No', { extensions: { code: 'UNAUTHENTICATED' } });
  }
}

let api: Api;
beforeEach(async () => {
  done = [];
  const driver = { driver: ApolloDriver, autoSchemaFile: true };
  api = await startApi({
    imports: [GraphQLModule.forRoot<ApolloDriverConfig>(driver)],
    providers: [OrdersResolver],
  });
});
afterEach(() => api.close());

const letTokensEnd = () => api.host.clock.turn(900);
const asked = () => api.line.count('/graphql');

function apolloOf(baton: Baton, options?: GraphqlFetchOptions): ApolloClient {
  const link = new HttpLink({
    uri: `${api.line.url}/graphql`,
    fetch: graphqlFetch(baton, options),
  });
  return new ApolloClient({ link, cache: new InMemoryCache() });
}

const isUnauthenticated = ({ extensions }: GraphqlError) => extensions?.code === 'UNAUTHENTICATED';

const ME = gql`
  query Me {
    me
  }
`;

describe('an operation that our guard refused', () => {
  it('is sent again with a new token: a query', async () => {
    const client = apolloOf(await api.signedIn());
    letTokensEnd();
    expect((await client.query({ query: ME })).data).toEqual({ me: '1' });
    expect({ asked: asked(), refreshes: refreshes(api) }).toEqual({ asked: 2, refreshes: 1 });
  });

  it('is sent again with a new token: a mutation of several fields, none of which has happened', async () => {
    const client = apolloOf(await api.signedIn());
    letTokensEnd();
    const mutation = gql`
      mutation Twice {
        first: pay
        second: pay
      }
    `;
    const { data } = await client.mutate({ mutation });
    expect(data).toEqual({ first: 'paid by 1', second: 'paid by 1' });
    expect(done).toEqual(['pay', 'pay']);
  });

  it.each([
    ['order', 'pay'],
    ['note', 'pay'],
    ['confirm', 'pay'],
    ['transfer', 'pay'],
  ])('but for the field "%s", which has happened, is not sent again', async (...fields) => {
    const client = apolloOf(await api.signedIn());
    letTokensEnd();
    const mutation = gql(`mutation Some { ${fields.join(' ')} }`);
    await expect(client.mutate({ mutation })).rejects.toThrow('Access token has expired');
    expect(done).toEqual([fields[0]]);
    expect({ asked: asked(), refreshes: refreshes(api) }).toEqual({ asked: 1, refreshes: 0 });
  });

  it('whatever it is told, gets one replay, and the caller the answer', async () => {
    const client = apolloOf(await api.signedIn());
    const error = { message: 'No', extensions: { code: 'invalid_token' } };
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ data: null, errors: [error] });
    api.line.treat = ({ path }) => (path === '/graphql' ? { status: 200, headers, body } : 'pass');
    await expect(client.query({ query: ME })).rejects.toThrow('No');
    expect(asked()).toBe(2);
  });
});

describe("the application's own UNAUTHENTICATED", () => {
  it.each([
    ['as an exception of Nest', 'confirm', 'The PIN is wrong'],
    ['as an error of GraphQL', 'transfer', 'No'],
  ])('%s is handed on, and nothing happens twice', async (_how, field, message) => {
    const client = apolloOf(await api.signedIn());
    const mutation = gql(`mutation Own { ${field} }`);
    await expect(client.mutate({ mutation })).rejects.toThrow(message);
    expect(done).toEqual([field]);
    expect(refreshes(api)).toBe(0);
  });

  it('counts as refused where the application says so', async () => {
    const client = apolloOf(await api.signedIn(), { isRefused: isUnauthenticated });
    const mutation = gql('mutation Own { transfer }');
    await expect(client.mutate({ mutation })).rejects.toThrow('No');
    expect(done).toEqual(['transfer', 'transfer']);
  });
});
