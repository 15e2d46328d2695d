import { HttpException } from '@nestjs/common';
import { type Transport, tokenInFields, tokenInHeaders } from './carried.js';
import { call, reach } from './reach.js';

/**
 * Microservices: the token is in the headers of the message, or in what its transport has for them; where that
 * has nothing of the kind, in the payload: `access_token`, `authorization` or `headers.authorization`.
 */
export const messages: Transport = {
  keyOf: (context) => context.switchToRpc().getContext<object>(),
  carriedBy(context) {
    const rpc = context.switchToRpc();
    const ofMessage = tokenOfContext(rpc.getContext()) ?? tokenInFields(rpc.getData());
    return { ofMessage, ofHandshake: null, ip: undefined, connection: null };
  },
  async rethrow(error) {
    if (!(error instanceof HttpException)) throw error;
    const { RpcException } = await import('@nestjs/microservices');
    throw new RpcException(error.getResponse());
  },
};

function tokenOfContext(context: unknown): string | null {
  const message = call(context, 'getMessage');
  return (
    tokenInMap(call(context, 'getHeaders')) ?? // NATS
    tokenInHeaders(reach(message, 'properties', 'headers')) ?? // RabbitMQ
    tokenInHeaders(reach(message, 'headers')) ?? // Kafka
    tokenInHeaders(reach(call(context, 'getPacket'), 'properties', 'userProperties')) ?? // MQTT 5
    tokenInHeaders(call(context, 'getMetadata')) ?? // TCP, Redis
    tokenInMap(context) // gRPC
  );
}

/** Of headers that are asked by name. NATS tells capitals apart. */
function tokenInMap(headers: unknown): string | null {
  const authorization = call(headers, 'get', 'authorization');
  const isGiven = typeof authorization === 'string' ? authorization !== '' : authorization;
  return tokenInHeaders({
    authorization: isGiven ? authorization : call(headers, 'get', 'Authorization'),
  });
}
