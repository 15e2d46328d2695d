import { Body, Controller, Get, HttpCode, Module, Post, UseGuards } from '@nestjs/common';
import { serve } from './host.js';
import { YesGuard } from './yes.guard.js';

/** The limits: what a Nest application does without a guard, and with one that only says yes. */
@Controller()
class LimitsController {
  @Get('open')
  open(): object {
    return { hello: 'world' };
  }

  @UseGuards(YesGuard)
  @Get('yes')
  yes(): object {
    return { hello: 'world' };
  }

  @Post('echo')
  @HttpCode(200)
  echo(@Body() body: object): object {
    return body;
  }
}

@Module({ controllers: [LimitsController] })
class LimitsModule {}

await serve(LimitsModule);
