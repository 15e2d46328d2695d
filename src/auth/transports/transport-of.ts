import type { ExecutionContext } from '@nestjs/common';
import type { HttpRequest } from '../http-request.js';
import { type Transport, keptRequest } from './carried.js';
import { graphql } from './graphql.js';
import { messages } from './messages.js';
import { sockets } from './sockets.js';

const TRANSPORTS: ReadonlyMap<string, Transport> = new Map([
  ['graphql', graphql],
  ['ws', sockets],
  ['rpc', messages],
]);

/** What a context's transport is, by the name that Nest gives it; undefined for HTTP, and for what is not known. */
export function transportOf(context: ExecutionContext): Transport | undefined {
  return TRANSPORTS.get(context.getType<string>());
}

/** The request of HTTP. Not by `switchToHttp()`, which makes three functions each time. */
export function requestOfHttp(context: ExecutionContext): HttpRequest {
  return context.getArgByIndex<HttpRequest>(0);
}

/** The request that a guard of ours has let in; of HTTP, any. */
export function admittedRequest(context: ExecutionContext): HttpRequest | undefined {
  const transport = transportOf(context);
  return transport === undefined
    ? requestOfHttp(context)
    : keptRequest(transport.keyOf(context), context.getHandler());
}
