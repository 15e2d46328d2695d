import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { JwtAuthGuard } from 'nestjs-baton';
import { authImports } from './auth-imports.js';
import { YesController, serve } from './host.js';

/** An application that imports `AuthModule`. */
@Controller()
class GuardedController {
  @UseGuards(JwtAuthGuard)
  @Get('guarded')
  guarded(): object {
    return { hello: 'world' };
  }
}

@Module({ imports: authImports(), controllers: [YesController, GuardedController] })
class HostModule {}

await serve(HostModule);
