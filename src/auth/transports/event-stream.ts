import type { ServerResponse } from 'node:http';
import type { ExecutionContext } from '@nestjs/common';
import { SSE_METADATA } from '@nestjs/common/constants.js';
import type { AuthError } from '../../errors.js';
import { AUTH_ERROR_HEADER } from '../error-headers.js';

/** By handler: what decorators say does not change, and asking costs a third of what a known token does. */
const known = new WeakMap<object, boolean>();

/** Whether the handler sends events for as long as its client listens: `@Sse()`. */
export function isEventStream(context: ExecutionContext): boolean {
  const handler = context.getHandler();
  const isKnown = known.get(handler);
  if (isKnown !== undefined) return isKnown;
  const is = Reflect.getMetadata(SSE_METADATA, handler) === true;
  known.set(handler, is);
  return is;
}

/** Node's own response, which Fastify wraps. */
export function rawResponseOf(context: ExecutionContext): ServerResponse {
  const response = context.switchToHttp().getResponse<ServerResponse | { raw: ServerResponse }>();
  return 'raw' in response ? response.raw : response;
}

/**
 * Says why, as an event, and ends the stream: an `EventSource` that comes back with the old token gets its 401. One
 * that has not begun gets it at once.
 */
export function endEventStream(response: ServerResponse, error: AuthError): void {
  const body = JSON.stringify(error.getResponse());
  if (response.headersSent) {
    response.end(`event: auth_error\ndata: ${body}\n\n`);
    return;
  }
  const headers = {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
  };
  response.writeHead(error.getStatus(), { ...headers, [AUTH_ERROR_HEADER]: error.code }).end(body);
}
