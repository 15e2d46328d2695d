import type { Socket } from 'node:net';
import { Injectable, Logger } from '@nestjs/common';
import { clientAddress, isNear } from './client-address.js';
import { type HttpRequest, addressOf } from './http-request.js';

/** As much of a request as says who has sent it. */
type Sent = Pick<HttpRequest, 'headers' | 'ip'> & {
  readonly socket?: Pick<Socket, 'remoteAddress'> | undefined;
};

/** Warns, once, of a proxy in front of the application that it does not believe. */
@Injectable()
export class ProxyWarning {
  private readonly logger = new Logger('AuthModule');
  private hasWarned = false;

  /** @param request one whose address counts for something */
  look(request: HttpRequest): void {
    if (this.hasWarned || !comesThroughUnknownProxy(request)) return;
    this.hasWarned = true;
    const proxy = peerOf(request) ?? 'a socket';
    this.logger.warn(
      `X-Forwarded-For or Forwarded comes from ${proxy}, a proxy that is not trusted: all clients have its ` +
        'address, and who guesses passwords locks the others out. Say that it is there: TRUST_PROXY=1 (the ' +
        "standalone server), app.set('trust proxy', 1) (Express), " +
        `new FastifyAdapter({ trustProxy: '${proxy}' }) (Fastify)`,
    );
  }
}

/**
 * Whether somebody near, who is not the client, has sent a request on, and the platform takes the client's
 * address for theirs nevertheless. From far away anybody can write such a header.
 */
export function comesThroughUnknownProxy(request: Sent): boolean {
  const { 'x-forwarded-for': list, forwarded } = request.headers;
  if (list === undefined && forwarded === undefined) return false;
  const peer = peerOf(request);
  const nearest = clientAddress(list?.toString().split(',').at(-1) ?? '');
  return (peer === null || isNear(peer)) && addressOf(request) === peer && nearest !== peer;
}

/** Who the connection is with; null for a socket that has no address. */
function peerOf({ socket }: Sent): string | null {
  return clientAddress(socket?.remoteAddress ?? '');
}
