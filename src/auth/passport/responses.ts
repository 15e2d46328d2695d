import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** As much of a Fastify instance as is used here. */
interface Hooks {
  addHook(
    name: 'onRequest',
    hook: (request: { [REPLY]?: object }, reply: object, done: () => void) => void,
  ): void;
}

/** Where a request of Fastify keeps its reply. */
const REPLY = Symbol('nestjs-baton reply');

/**
 * Finds the response to a request where only the request is given: Passport gives its strategies no more. What finds it
 * is part of the request: a `WeakMap` holds its values through each minor collection, so that every request of the
 * application, guarded or not, would outlive it, and be garbage of the costly kind.
 */
@Injectable()
export class Responses implements OnModuleInit {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  /** A request of Express leads to its response, one of Fastify does not. */
  onModuleInit(): void {
    const { httpAdapter } = this.adapterHost;
    if (httpAdapter?.getType() !== 'fastify') return;
    const fastify: Hooks = httpAdapter.getInstance();
    fastify.addHook('onRequest', (request, reply, done) => {
      request[REPLY] = reply;
      done();
    });
  }

  /** @returns undefined for what is no request of this application's */
  of(request: { [REPLY]?: object }): unknown {
    return 'res' in request ? request.res : request[REPLY];
  }
}
