import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** As much of a Fastify instance as is used here. */
interface Hooks {
  addHook(
    name: 'onRequest',
    hook: (request: object, reply: object, done: () => void) => void,
  ): void;
}

/** Finds the response to a request where only the request is given: Passport gives its strategies no more. */
@Injectable()
export class Responses implements OnModuleInit {
  private readonly replies = new WeakMap<object, object>();

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  /** A request of Express leads to its response, one of Fastify does not. */
  onModuleInit(): void {
    const { httpAdapter } = this.adapterHost;
    if (httpAdapter?.getType() !== 'fastify') return;
    const fastify: Hooks = httpAdapter.getInstance();
    fastify.addHook('onRequest', (request, reply, done) => {
      this.replies.set(request, reply);
      done();
    });
  }

  /** @returns undefined for what is no request of this application's */
  of(request: object): unknown {
    return 'res' in request ? request.res : this.replies.get(request);
  }
}
