import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { AUTH_CONFIG, type AuthConfig } from '../auth.options.js';
import { Connections } from '../connections.js';
import { ErrorHeaders } from '../error-headers.js';
import type { HttpRequest } from '../http-request.js';
import { sessionOf } from '../request-user.js';
import { keepRequest } from './carried.js';
import { endEventStream, isEventStream, rawResponseOf } from './event-stream.js';
import { httpRequestOf } from './graphql.js';
import { isObject, reach } from './reach.js';
import { requestOfHttp, transportOf } from './transport-of.js';

const isHttpRequest = (value: object): value is HttpRequest => isObject(reach(value, 'headers'));

/** What `JwtAuthGuard` does for each transport: finds its request, keeps its connection, speaks its errors. */
@Injectable()
export class Transports {
  constructor(
    @Inject(AUTH_CONFIG) private readonly config: AuthConfig,
    private readonly connections: Connections,
    private readonly errorHeaders: ErrorHeaders,
  ) {}

  /** The request itself, or one that has the headers that count: a connection's newest token goes before its first. */
  requestOf(context: ExecutionContext): HttpRequest {
    const transport = transportOf(context);
    if (transport === undefined) return requestOfHttp(context);
    const { ofMessage, ofHandshake, ip, connection } = transport.carriedBy(
      context,
      this.config.socketQueryToken,
    );
    const token = ofMessage ?? this.connections.newestToken(connection) ?? ofHandshake;
    const headers = token === null ? {} : { authorization: `Bearer ${token}` };
    const http = context.getType<string>() === 'graphql' ? httpRequestOf(context) : null;
    return {
      headers,
      ...(ip === undefined ? {} : { ip }),
      ...(http !== null && isHttpRequest(http) ? { http } : {}),
    };
  }

  /** Called with a request that was let in, and has its user. */
  admit(context: ExecutionContext, request: HttpRequest): void {
    const session = sessionOf(request);
    const transport = transportOf(context);
    if (transport === undefined) {
      if (session === undefined || !isEventStream(context)) return;
      const response = rawResponseOf(context);
      this.connections.hold(response, session, (error) => endEventStream(response, error));
      return;
    }
    keepRequest(transport.keyOf(context), context.getHandler(), request);
    this.showUser(context, request);
    const { connection, ofMessage } = transport.carriedBy(context, this.config.socketQueryToken);
    if (connection !== null && session !== undefined) {
      this.connections.keep(connection, session, ofMessage);
    }
  }

  /** Called with a message that is let in without a user: it has not that of an earlier one. @returns true */
  letPass(context: ExecutionContext): true {
    const transport = transportOf(context);
    if (transport !== undefined) {
      keepRequest(transport.keyOf(context), context.getHandler(), null);
    }
    return true;
  }

  /** Throws the error on, over HTTP with its headers, elsewhere in the transport's own form. */
  rethrow(context: ExecutionContext, responseOf: () => unknown, error: unknown): Promise<never> {
    const transport = transportOf(context);
    if (transport !== undefined) return transport.rethrow(error);
    this.errorHeaders.set(responseOf(), error);
    throw error;
  }

  /** Resolvers that read `context.req.user` find it there. */
  private showUser(context: ExecutionContext, { user }: HttpRequest): void {
    if (context.getType<string>() !== 'graphql') return;
    const request = httpRequestOf(context);
    if (request !== null) Reflect.set(request, 'user', user);
  }
}
