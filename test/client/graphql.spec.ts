/** Apollo Client through `graphqlFetch`. @see issue 13, section 4 */
import { type Server, createServer } from 'node:http';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client/core';
import { type Baton, createBaton } from '../../src/client/index.js';
import { graphqlFetch } from '../../src/client/graphql.js';
import { memoryStorage } from '../../src/client/storage/memory.js';

/** What the server says to a token. */
type Answer = (token: string) => { readonly status?: number; readonly body: object };

const UNAUTHENTICATED = { message: 'No', extensions: { code: 'UNAUTHENTICATED' } };
const PAIR = {
  session_id: 'session',
  token_type: 'Bearer',
  expires_in: 900,
  refresh_token_expires_in: 9000,
};

let server: Server;
let baton: Baton;
let answer: Answer;
let seen: string[];
let refreshes: number;

beforeEach(async () => {
  seen = [];
  refreshes = 0;
  server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url === '/auth/token/refresh') {
      refreshes += 1;
      const tokens = { access_token: `access ${refreshes}`, refresh_token: `refresh ${refreshes}` };
      response.end(JSON.stringify({ ...PAIR, ...tokens }));
      return;
    }
    const token = request.headers.authorization ?? 'none';
    seen.push(token);
    const { status = 200, body } = answer(token);
    response.writeHead(status).end(JSON.stringify(body));
  });
  await new Promise<void>((listening) => server.listen(0, listening));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  baton = createBaton({ baseUrl: `http://localhost:${port}`, storage: memoryStorage() });
  await baton.setSession({
    ...PAIR,
    token_type: 'Bearer',
    access_token: 'access 0',
    refresh_token: 'refresh 0',
  });
});
afterEach(async () => {
  await baton.dispose();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

function apollo(): ApolloClient {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const link = new HttpLink({
    uri: `http://localhost:${port}/graphql`,
    fetch: graphqlFetch(baton),
  });
  return new ApolloClient({ link, cache: new InMemoryCache() });
}

const ME = gql`
  query Me {
    me
  }
`;
const ORDER = gql`
  mutation Order {
    order
    pay
  }
`;

it('a 200 with UNAUTHENTICATED and no data is sent again with a new token', async () => {
  answer = (token) =>
    token === 'Bearer access 0'
      ? { body: { errors: [UNAUTHENTICATED] } }
      : { body: { data: { me: 'ann' } } };
  const { data } = await apollo().query({ query: ME });
  expect(data).toEqual({ me: 'ann' });
  expect(seen).toEqual(['Bearer access 0', 'Bearer access 1']);
});

it('a field that is null is no data', async () => {
  answer = (token) =>
    token === 'Bearer access 0'
      ? { body: { data: { me: null }, errors: [UNAUTHENTICATED] } }
      : { body: { data: { me: 'ann' } } };
  expect((await apollo().query({ query: ME })).data).toEqual({ me: 'ann' });
});

it('a mutation of which a part has happened is not sent again', async () => {
  answer = () => ({ body: { data: { order: 'done', pay: null }, errors: [UNAUTHENTICATED] } });
  await expect(apollo().mutate({ mutation: ORDER })).rejects.toThrow('No');
  expect({ sent: seen.length, refreshes }).toEqual({ sent: 1, refreshes: 0 });
});

it('an error of another code is nothing to it', async () => {
  answer = () => ({ body: { errors: [{ message: 'No', extensions: { code: 'FORBIDDEN' } }] } });
  await expect(apollo().query({ query: ME })).rejects.toThrow('No');
  expect(refreshes).toBe(0);
});

it('a server that always refuses gets one replay, and the caller its answer', async () => {
  answer = () => ({ body: { errors: [UNAUTHENTICATED] } });
  await expect(apollo().query({ query: ME })).rejects.toThrow('No');
  expect(seen).toHaveLength(2);
});
