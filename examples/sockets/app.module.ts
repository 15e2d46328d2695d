import type { IncomingMessage } from 'node:http';
import { Module, UseGuards } from '@nestjs/common';
import { type OnGatewayConnection, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { type AuthenticatedUser, Connections, CurrentSession, JwtAuthGuard } from 'nestjs-baton';
import { SessionsModule } from '../in-memory-users/sessions.module.js';

@UseGuards(JwtAuthGuard)
@WebSocketGateway({ path: '/sockets' })
export class NewsGateway implements OnGatewayConnection {
  constructor(private readonly connections: Connections) {}

  /** A bad token is closed with 4401; without one, a first message may bring it. */
  async handleConnection(client: object, request?: IncomingMessage): Promise<void> {
    await this.connections.open(client, request);
  }

  /** The first message of a browser, and each token after a refresh. */
  @SubscribeMessage('authenticate')
  authenticate(@CurrentSession() session: AuthenticatedUser) {
    return { event: 'authenticated', data: session.sessionId };
  }
}

@Module({ imports: [SessionsModule], providers: [NewsGateway] })
export class AppModule {}
