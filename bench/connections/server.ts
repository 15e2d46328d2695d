import 'reflect-metadata';
import { Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { WsAdapter } from '@nestjs/platform-ws';
import { type OnGatewayConnection, WebSocketGateway } from '@nestjs/websockets';
import { Connections } from 'nestjs-baton';
import { IMPORTS } from '../subjects/auth-imports.js';

/** A gateway of `ws` that opens its connections, as docs/transports.md shows it. */
@WebSocketGateway({ path: '/sockets' })
class Gateway implements OnGatewayConnection {
  constructor(@Inject(Connections) private readonly connections: Connections) {}

  async handleConnection(client: object, request: object): Promise<void> {
    await this.connections.open(client, request);
  }
}

@Module({
  imports: IMPORTS,
  providers: [Gateway],
})
class ServerModule {}

const app = await NestFactory.create(ServerModule, new ExpressAdapter(), {
  logger: ['error', 'warn'],
});
app.useWebSocketAdapter(new WsAdapter(app));
await app.listen(0, '127.0.0.1');

/** What is held after everything that can be collected has been. */
process.on('message', () => {
  for (let times = 0; times < 4; times += 1) globalThis.gc?.();
  const { heapUsed } = process.memoryUsage();
  process.send?.({ heapUsed, held: app.get(Connections).size });
});
process.on('disconnect', () => process.exit(0));
process.send?.(await app.getUrl());
