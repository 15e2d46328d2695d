import type { ServerResponse } from 'node:http';
import type { ExecutionContext } from '@nestjs/common';
import { SSE_METADATA } from '@nestjs/common/constants.js';
import type { AuthError } from '../../errors.js';

/** Whether the handler sends events for as long as its client listens: `@Sse()`. */
export function isEventStream(context: ExecutionContext): boolean {
  return Reflect.getMetadata(SSE_METADATA, context.getHandler()) === true;
}

/** Node's own response, which Fastify wraps. */
export function rawResponseOf(context: ExecutionContext): ServerResponse {
  const response = context.switchToHttp().getResponse<ServerResponse | { raw: ServerResponse }>();
  return 'raw' in response ? response.raw : response;
}

/** Says why, as an event, and ends the stream: an `EventSource` that comes back with the old token gets its 401. */
export function endEventStream(response: ServerResponse, error: AuthError): void {
  if (response.headersSent) {
    response.write(`event: auth_error\ndata: ${JSON.stringify(error.getResponse())}\n\n`);
  }
  response.end();
}
