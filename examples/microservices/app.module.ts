import { Controller, Module, UseGuards } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { type AuthenticatedUser, CurrentUser, JwtAuthGuard } from 'nestjs-baton';
import { SessionsModule } from '../in-memory-users/sessions.module.js';

@UseGuards(JwtAuthGuard)
@Controller()
export class OrdersController {
  @MessagePattern('orders')
  orders(@CurrentUser() user: AuthenticatedUser) {
    return { of: user.id };
  }
}

@Module({ imports: [SessionsModule], controllers: [OrdersController] })
export class AppModule {}
