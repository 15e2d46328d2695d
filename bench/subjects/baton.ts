import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuthModule, JwtAuthGuard, RefreshToken } from 'nestjs-baton';
import { CreateRefreshTokens1764000000000 } from 'nestjs-baton/migrations';
import { connection } from './data-source.js';
import { serve } from './host.js';
import { OpenRoutes } from './open-routes.js';
import { USERS } from './users.js';

/** An application that imports `AuthModule`, as the README shows it. */
@Controller()
class GuardedController extends OpenRoutes {
  @UseGuards(JwtAuthGuard)
  @Get('guarded')
  guarded(): object {
    return { hello: 'world' };
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({
      ...connection(),
      entities: [RefreshToken],
      migrations: [CreateRefreshTokens1764000000000],
      migrationsRun: true,
    }),
    AuthModule.forRoot({
      users: USERS,
      accessSecret: process.env['AUTH_ACCESS_SECRET'] ?? '',
      refreshSecret: process.env['AUTH_REFRESH_SECRET'] ?? '',
    }),
  ],
  controllers: [GuardedController],
})
class HostModule {}

await serve(HostModule);
