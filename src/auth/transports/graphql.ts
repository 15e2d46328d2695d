import type { ExecutionContext } from '@nestjs/common';
import {
  type Carried,
  type Transport,
  objectOr,
  remoteAddress,
  tokenInFields,
  tokenInHeaders,
} from './carried.js';
import { isObject, reach } from './reach.js';

/**
 * Apollo and Mercurius, over HTTP and over `graphql-ws`. An `AuthError` has the `extensions` of a `GraphQLError`,
 * which every server of GraphQL takes over.
 *
 * @see https://github.com/graphql/graphql-over-http, https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
 */
export const graphql: Transport = {
  keyOf: operationOf,
  carriedBy(context) {
    const operation = operationOf(context);
    return overGraphqlWs(operation) ?? overMercuriusSocket(operation) ?? overHttp(operation);
  },
  async rethrow(error) {
    throw error;
  },
};

/** The request of an operation over HTTP, as the platform made it: where hosts look for `user`. */
export function httpRequestOf(context: ExecutionContext): object | null {
  const operation = operationOf(context);
  const isSocket = overGraphqlWs(operation) !== null || overMercuriusSocket(operation) !== null;
  return isSocket ? null : objectOr(requestOf(operation), null);
}

/** The context of the operation stands before its info, wherever a resolver's arguments have that. */
function operationOf(context: ExecutionContext): object {
  const args: readonly unknown[] = context.getArgs();
  const info = args.findIndex((each) => isObject(each) && 'schema' in each && 'operation' in each);
  return objectOr(args[info - 1], args);
}

function overHttp(operation: object): Carried {
  const request = requestOf(operation);
  const ip = reach(request, 'ip');
  return {
    ofMessage: null,
    ofHandshake: tokenInHeaders(reach(request, 'headers')),
    ip: typeof ip === 'string' ? ip : remoteAddress(request),
    connection: null,
  };
}

/** What `graphql-ws` calls its context is the operation's own, or its `req`. */
function overGraphqlWs(operation: object): Carried | null {
  const socket = [operation, reach(operation, 'req')].find((each) =>
    reach(each, 'extra', 'socket'),
  );
  if (socket === undefined) return null;
  const request = reach(socket, 'extra', 'request');
  return {
    ofMessage: null,
    ofHandshake: tokenIn(reach(socket, 'connectionParams'), request),
    ip: remoteAddress(request),
    connection: objectOr(reach(socket, 'extra', 'socket'), null),
  };
}

/** Mercurius shows the upgraded request; the socket is found among those of the server. */
function overMercuriusSocket(operation: object): Carried | null {
  if (!('_connectionInit' in operation)) return null;
  const request = reach(operation, 'request', 'raw');
  const clients = reach(operation, 'app', 'websocketServer', 'clients');
  const ofServer: readonly unknown[] = clients instanceof Set ? [...clients] : [];
  const tcp = reach(request, 'socket');
  return {
    ofMessage: null,
    ofHandshake: tokenIn(reach(operation, '_connectionInit'), request),
    ip: remoteAddress(request),
    connection: objectOr(
      ofServer.find((client) => reach(client, '_socket') === tcp),
      null,
    ),
  };
}

function tokenIn(connectionParams: unknown, upgrade: unknown): string | null {
  return tokenInFields(connectionParams) ?? tokenInHeaders(reach(upgrade, 'headers'));
}

function requestOf(operation: object): unknown {
  return reach(operation, 'req') ?? reach(operation, 'request');
}
