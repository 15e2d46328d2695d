import type { IncomingMessage } from 'node:http';
import { UseGuards } from '@nestjs/common';
import { type OnGatewayConnection, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { type AuthenticatedUser, Connections, CurrentUser, JwtAuthGuard } from 'nestjs-baton';

/** Who connects says who they are, in the handshake or in their first message. */
@UseGuards(JwtAuthGuard)
@WebSocketGateway({ path: '/news' })
export class NewsGateway implements OnGatewayConnection {
  constructor(private readonly connections: Connections) {}

  async handleConnection(client: object, request?: IncomingMessage) {
    await this.connections.open(client, request);
  }

  @SubscribeMessage('authenticate')
  authenticate(@CurrentUser() user: AuthenticatedUser) {
    return { event: 'news', data: `Good day, ${user.id}` };
  }
}
