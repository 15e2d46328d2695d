type PlainBody = RequestInit['body'];

/** A body, or a function that makes it anew each time: the way to send a stream that can be sent again. */
export type BatonBody = PlainBody | (() => PlainBody | Promise<PlainBody>);

/** As of `fetch`, with a {@link BatonBody}. */
export type BatonRequestInit = Omit<RequestInit, 'body'> & { readonly body?: BatonBody };

/** What one call of `fetch` says, to be sent as often as need be. */
export interface ReplayableRequest {
  /** Without a body that is made anew each time. */
  readonly request: Request;
  /** Whether the body can be sent again: anything but a stream. */
  readonly isRepeatable: boolean;
  /** What is sent, each time another one. */
  readonly copy: () => Request | Promise<Request>;
}

/** @param baseUrl what a relative address is appended to; with a slash at its end */
export function replayable(
  input: string | URL | Request,
  { body, ...rest }: BatonRequestInit,
  baseUrl: string,
): ReplayableRequest {
  const isMade = typeof body === 'function';
  const isRepeatable = isMade || !isStream(body);
  const init: RequestInit = isMade || body === undefined ? rest : { ...rest, body, duplex: 'half' };
  const request = new Request(input instanceof Request ? input : resolved(input, baseUrl), init);
  const copy = async () => {
    if (isMade) {
      const again: RequestInit = { body: await body(), duplex: 'half' };
      return new Request(request, again);
    }
    return isRepeatable ? request.clone() : request;
  };
  return { request, isRepeatable, copy };
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
  return 'getReader' in object || Symbol.asyncIterator in object;
}
