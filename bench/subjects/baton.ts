import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { JwtAuthGuard } from 'nestjs-baton';
import { serve } from './host.js';
import { IMPORTS } from './auth-imports.js';
import { OpenRoutes } from './open-routes.js';

/** An application that imports `AuthModule`. */
@Controller()
class GuardedController extends OpenRoutes {
  @UseGuards(JwtAuthGuard)
  @Get('guarded')
  guarded(): object {
    return { hello: 'world' };
  }
}

@Module({ imports: IMPORTS, controllers: [GuardedController] })
class HostModule {}

await serve(HostModule);
