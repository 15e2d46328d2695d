import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Controller, Get, Inject, Module } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { type OnGatewayConnection, WebSocketGateway } from '@nestjs/websockets';
import { Connections } from 'nestjs-baton';
import { authImports } from './auth-imports.js';
import { serve } from './host.js';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** A gateway of `ws` that opens its connections, as docs/transports.md shows it. */
@WebSocketGateway({ path: '/sockets' })
class Gateway implements OnGatewayConnection {
  constructor(@Inject(Connections) private readonly connections: Connections) {}

  async handleConnection(client: object, request: object): Promise<void> {
    await this.connections.open(client, request);
  }
}

/** What is held after everything that can be collected has been. */
@Controller()
class HeldController {
  constructor(@Inject(Connections) private readonly connections: Connections) {}

  @Get('held')
  held(): object {
    for (let times = 0; times < 4; times += 1) collectGarbage();
    return { heapUsed: process.memoryUsage().heapUsed, held: this.connections.size };
  }
}

@Module({ imports: authImports(), providers: [Gateway], controllers: [HeldController] })
class SocketsModule {}

await serve(SocketsModule, WsAdapter);
