import { Get, UseGuards } from '@nestjs/common';
import { YesGuard } from './yes.guard.js';

/** The limits: what a Nest application does without a guard, and with one that only says yes. */
export abstract class OpenRoutes {
  @Get('open')
  open(): object {
    return { hello: 'world' };
  }

  @UseGuards(YesGuard)
  @Get('yes')
  yes(): object {
    return { hello: 'world' };
  }
}
