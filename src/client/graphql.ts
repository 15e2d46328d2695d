import type { Baton } from './baton.js';
import { isBound, sessionBound } from './bound-token.js';
import { isTrustedFromPage } from './page-address.js';
import { isTokenRefused } from './refused-token.js';
import { type ReadErrorCode, jsonOf, markOf } from './server-answer.js';

/** What `graphqlFetch` is told. */
export interface GraphqlFetchOptions {
  /** What sends; for bound sessions the one of `withDpop`'s options. @default the global fetch of the moment */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** As given to `createBaton`; for answers of HTTP's own 401. @default the header `X-Auth-Error` */
  readonly errorCode?: ReadErrorCode | undefined;
  /**
   * Whether an error in an answer is a guard's, before which nothing of its field has happened.
   *
   * @default those whose `extensions.code` is one of our guard's: `token_expired`, `invalid_token`, `session_revoked`
   */
  readonly isRefused?: ((error: GraphqlError) => boolean) | undefined;
}

/** An error of GraphQL, as far as it is used. @see https://spec.graphql.org/October2021/#sec-Errors */
export interface GraphqlError {
  /** Of the field that it comes from. */
  readonly path?: readonly unknown[];
  readonly extensions?: { readonly code?: unknown };
}

interface GraphqlAnswer {
  readonly data?: object | null;
  readonly errors?: readonly GraphqlError[];
}

/**
 * A `fetch` for GraphQL clients, such as the `HttpLink` of Apollo: it sends the access token, and a request again after
 * a refresh where our guard refused it. A GraphQL server says so with a 200: errors with our guard's codes, one for each
 * field, and no data. An operation that has any other error, such as a host's own `UNAUTHENTICATED`, or any data, may
 * have happened in part, and is not sent again.
 *
 * It takes an address and a body that can be sent again, as these clients give.
 */
export function graphqlFetch(
  baton: Baton,
  { fetch, errorCode = markOf, isRefused = hasOurCode }: GraphqlFetchOptions = {},
): (address: string | URL | Request, init?: RequestInit) => Promise<Response> {
  const send = (address: string | URL | Request, init?: RequestInit) =>
    (fetch ?? globalThis.fetch)(address, init);
  return async (address, init) => {
    const url = typeof address === 'object' && 'url' in address ? address.url : address;
    const headers = new Headers(init?.headers);
    if (headers.has('authorization') || !isTrustedFromPage(baton, url)) return send(address, init);
    const request = baton.beginRequest();
    for (;;) {
      const token = await request.token();
      if (!fetch) refuseBound(token);
      if (token) headers.set('authorization', `Bearer ${token}`);
      const response = await send(url, { ...init, headers: Object.fromEntries(headers) });
      const refusal = isRefusal(response, errorCode, isRefused);
      if (!(await request.isToBeRepeated(await refusal))) return response;
    }
  };
}

/** What no `fetch` of ours sends is not proved. @throws BatonError `session_bound` */
function refuseBound(token: string | null): void {
  if (token && isBound(token)) {
    throw sessionBound("give graphqlFetch the fetch of withDpop's options");
  }
}

async function isRefusal(
  response: Response,
  errorCode: ReadErrorCode,
  isRefused: (error: GraphqlError) => boolean,
): Promise<boolean> {
  const { status, headers } = response;
  // A stream of parts may never end.
  const isJson = /\bjson\b/i.test(headers.get('content-type') ?? '');
  const body = isJson ? await jsonOf(response.clone()) : {};
  if (status === 401) return isTokenRefused(errorCode({ status, headers, body }));
  const { data, errors }: GraphqlAnswer = Object(body);
  if (!Array.isArray(errors) || !errors.length || !errors.every(isRefused)) return false;
  const failed = errors.map(({ path }) => path?.[0]);
  return Object.entries(data ?? {}).every(
    ([name, field]) => field === null && failed.includes(name),
  );
}

const hasOurCode = ({ extensions }: GraphqlError): boolean => isTokenRefused(extensions?.code);
