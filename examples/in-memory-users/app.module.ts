import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { type AuthenticatedUser, CurrentUser, JwtAuthGuard } from 'nestjs-baton';
import { SessionsModule } from './sessions.module.js';

@Controller('profile')
export class ProfileController {
  @UseGuards(JwtAuthGuard)
  @Get()
  profile(@CurrentUser() user: AuthenticatedUser) {
    return { user: user.id, session: user.sessionId };
  }
}

@Module({ imports: [SessionsModule], controllers: [ProfileController] })
export class AppModule {}
