import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { InvalidRequestError } from '../errors.js';
import type { Environment } from './environment/environment.js';
import { believeForwarded } from './forwarded.js';

/** Looks at the head of each request before anything else does. */
export function lookAtHeads(adapter: FastifyAdapter, { TRUST_PROXY_HEADER }: Environment): void {
  adapter.getInstance().addHook('onRequest', (request, _reply, done) => {
    if (TRUST_PROXY_HEADER === 'forwarded') believeForwarded(request.raw.headers);
    const { rawHeaders } = request.raw;
    const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host');
    // Which of two is meant, proxies and servers do not agree on (RFC 9112 section 3.2).
    if (hosts.length > 1) done(new InvalidRequestError('The request has more than one Host'));
    else done();
  });
}
