import type { ServerResponse } from 'node:http';
import type { ExecutionContext } from '@nestjs/common';
import { SSE_METADATA } from '@nestjs/common/constants.js';
import type { AuthError } from '../../errors.js';
import { AUTH_ERROR_HEADER } from '../error-headers.js';

/** Whether the handler sends events for as long as its client listens: `@Sse()`. */
export function isEventStream(context: ExecutionContext): boolean {
  return Reflect.getMetadata(SSE_METADATA, context.getHandler()) === true;
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
