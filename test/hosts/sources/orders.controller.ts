import { Controller, Get, UseGuards } from '@nestjs/common';
import { type AuthenticatedUser, CurrentUser, JwtAuthGuard } from 'nestjs-baton';

@Controller('orders')
export class OrdersController {
  @UseGuards(JwtAuthGuard)
  @Get()
  orders(@CurrentUser() user: AuthenticatedUser) {
    return { of: user.id };
  }
}
