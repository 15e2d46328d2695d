import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { call, isObject, reach } from './reach.js';

const upgrades = new WeakMap<object, object>();

/** The request with which a client of `ws` has come: it shows none itself. */
export function handshakeOf(client: object): object | undefined {
  const connection = reach(client, '_socket');
  return upgrades.get(client) ?? (isObject(connection) ? upgrades.get(connection) : undefined);
}

/** Tells with which request a client, or its TCP connection, has come. */
export function keepHandshake(client: object, request: object): void {
  upgrades.set(client, request);
}

/** Listens for the upgrades of the application's HTTP server, where somebody else does. */
@Injectable()
export class Handshakes implements OnApplicationBootstrap {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  /** Where nobody listens, Node answers upgrades as ordinary requests; a listener alone would leave them hanging. */
  onApplicationBootstrap(): void {
    const server = call(reach(this.adapterHost, 'httpAdapter'), 'getHttpServer');
    if (!call(server, 'listenerCount', 'upgrade')) return;
    call(server, 'prependListener', 'upgrade', (request: object, connection: object) =>
      keepHandshake(connection, request),
    );
  }
}
