import {
  Body,
  type CanActivate,
  Controller,
  Get,
  HttpCode,
  Module,
  Post,
  UseGuards,
} from '@nestjs/common';
import { serve } from './host.js';

/** The limits: what the same application does without a guard, and with one that only says yes. */
class YesGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

@Controller()
class LimitsController {
  @Get('open')
  open(): object {
    return { hello: 'world' };
  }

  @UseGuards(YesGuard)
  @Get('guarded')
  guarded(): object {
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
