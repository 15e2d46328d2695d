type PlainBody = RequestInit['body'];

/** A body, or a function that makes it anew each time: the way to send a stream that can be sent again. */
export type BatonBody = PlainBody | (() => PlainBody | Promise<PlainBody>);

/** As of `fetch`, with a {@link BatonBody}. */
export type BatonRequestInit = Omit<RequestInit, 'body'> & {
  readonly body?: BatonBody | undefined;
};

/** What one call of `fetch` says, to be sent as often as need be. */
export interface ReplayableRequest {
  readonly url: string;
  readonly signal?: AbortSignal | null;
  /** Whether the caller has an `Authorization` of their own. */
  readonly isAuthorized: boolean;
  /** Whether the body can be sent again: anything but a stream. */
  readonly isRepeatable: boolean;
  readonly send: (token?: string | null) => Promise<Response>;
}

/**
 * @param baseUrl what a relative address is appended to; with a slash at its end
 * @param fetch is given an address, never a `Request`: not every `fetch` takes one, or one of another package
 */
export function replayable(
  input: string | URL | Request,
  { body, ...rest }: BatonRequestInit,
  baseUrl: string,
  fetch: typeof globalThis.fetch,
): ReplayableRequest {
  // A request, of whatever realm or package, has these; an address has none of them.
  const request: Partial<Request> = Object(input);
  const url = request.url ?? resolved(Object(input), baseUrl).href;
  const headers = new Headers(rest.headers ?? request.headers);
  const isMade = typeof body === 'function';

  const send = async (token?: string | null): Promise<Response> => {
    if (token) headers.set('authorization', `Bearer ${token}`);
    const copy = request.clone?.();
    const given = copy && (await initOf(copy));
    const init = {
      ...given,
      ...rest,
      headers: Object.fromEntries(headers),
      body: isMade ? await body() : (body ?? given?.body),
      // Streams ask for it; it is what all others do.
      duplex: 'half' as const,
    };
    return fetch(url, init);
  };

  return {
    url,
    signal: rest.signal ?? request.signal,
    isAuthorized: headers.has('authorization'),
    isRepeatable: isMade || !isStream(body),
    send,
  };
}

/**
 * An address with a scheme stands for itself; any other is a path under `baseUrl`.
 *
 * @param baseUrl with a slash at its end
 */
export function resolved(address: string | URL, baseUrl: string): URL {
  return new URL(String(address).replace(/^\/(?!\/)/, './'), baseUrl);
}

/** Whether a body is used up by being sent. */
export function isStream(body: unknown): boolean {
  const object: object = Object(body);
  return 'getReader' in object || 'pipe' in object || Symbol.asyncIterator in object;
}

/**
 * What a request says besides its address and headers; its body is read to the end. Not its `mode`: a service worker's
 * `navigate` cannot be sent, and `no-cors` carries no token.
 */
async function initOf(request: Request) {
  const { method, cache, credentials, redirect, integrity, keepalive, signal } = request;
  const { referrerPolicy } = request;
  const body = /^(GET|HEAD)$/.test(method) ? undefined : await request.arrayBuffer();
  return {
    method,
    cache,
    credentials,
    redirect,
    integrity,
    keepalive,
    signal,
    referrerPolicy,
    body,
  };
}
