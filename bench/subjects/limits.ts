import { Body, Controller, HttpCode, Module, Post } from '@nestjs/common';
import { serve } from './host.js';
import { OpenRoutes } from './open-routes.js';

/** The same application without the module, and an echo. */
@Controller()
class LimitsController extends OpenRoutes {
  @Post('echo')
  @HttpCode(200)
  echo(@Body() body: object): object {
    return body;
  }
}

@Module({ controllers: [LimitsController] })
class LimitsModule {}

await serve(LimitsModule);
