import type { Baton } from './baton.js';
import { isTrustedFromPage } from './page-address.js';
import { isTokenRefused } from './refused-token.js';
import { type ReadErrorCode, jsonOf, markOf } from './server-answer.js';

/** What `graphqlFetch` is told. */
export interface GraphqlFetchOptions {
  /** What sends. @default the global fetch of the moment */
  readonly fetch?: typeof globalThis.fetch;
  /** As given to `createBaton`. @default the header `X-Auth-Error` */
  readonly errorCode?: ReadErrorCode;
}

interface GraphqlAnswer {
  readonly data?: object | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: unknown } }[];
}

/**
 * A `fetch` for GraphQL clients, such as the `HttpLink` of Apollo: it sends the access token, and a request again after
 * a refresh where a guard refused it. A GraphQL server may say so with a 200: an error with a code of our guard's, or
 * `UNAUTHENTICATED`, and no data at all. Whatever has data has happened, and is not sent again. A resolver that does something and then throws
 * `UNAUTHENTICATED` for a reason of its own cannot be told from a guard; give it another code.
 *
 * It takes an address and a body that can be sent again, as these clients give.
 */
export function graphqlFetch(
  baton: Baton,
  { fetch, errorCode = markOf }: GraphqlFetchOptions = {},
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
      if (token) headers.set('authorization', `Bearer ${token}`);
      const response = await send(url, { ...init, headers: Object.fromEntries(headers) });
      if (!(await request.isToBeRepeated(await isRefused(response, errorCode)))) return response;
    }
  };
}

async function isRefused(response: Response, errorCode: ReadErrorCode): Promise<boolean> {
  const { status, headers } = response;
  // A stream of parts may never end.
  const isJson = /\bjson\b/i.test(headers.get('content-type') ?? '');
  const body = isJson ? await jsonOf(response.clone()) : {};
  if (status === 401) return isTokenRefused(errorCode({ status, headers, body }));
  const { data, errors }: GraphqlAnswer = Object(body);
  return (
    Array.isArray(errors) &&
    errors.some(({ extensions }) => isRefusal(extensions?.code)) &&
    Object.values(data ?? {}).every((field) => field === null)
  );
}

/** The code of our guard, or of others. */
const isRefusal = (code: unknown): boolean => code === 'UNAUTHENTICATED' || isTokenRefused(code);
