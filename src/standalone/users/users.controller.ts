import {
  Body,
  Controller,
  HttpCode,
  Inject,
  Post,
  Req,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import * as v from 'valibot';
import type { AuthenticatedUser } from '../../auth/access-control.js';
import { AttemptLimits } from '../../auth/attempts/attempt-limits.js';
import { AuthHeadersInterceptor } from '../../auth/auth-headers.interceptor.js';
import { CurrentSession } from '../../auth/auth.decorators.js';
import { parseBody } from '../../auth/auth.dto.js';
import { AuthService } from '../../auth/auth.service.js';
import {
  type HttpRequest,
  addressOf,
  connectionSignal,
  idempotencyKeyOf,
} from '../../auth/http-request.js';
import { JwtAuthGuard } from '../../auth/jwt-auth.guard.js';
import { CLOCK, type Clock } from '../../clock.js';
import { InvalidCredentialsError, InvalidTokenError, NotFoundError } from '../../errors.js';
import { AuthEvents } from '../../events.js';
import { presentedPasswordSchema } from '../../users/credential-rules.js';
import { ENVIRONMENT, type Environment } from '../environment/environment.js';
import { newPasswordSchema, newUsernameSchema, assertNotGuessable } from './new-credentials.js';
import { hashPassword } from './passwords.js';
import { UsersService } from './users.service.js';

/** Registration and passwords. */
@Controller('users')
@UseInterceptors(AuthHeadersInterceptor)
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly auth: AuthService,
    private readonly attempts: AttemptLimits,
    private readonly events: AuthEvents,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Registers a user; a repeat by its `Idempotency-Key` is answered as the first was. */
  @Post()
  async register(@Body() body: unknown, @Req() request: HttpRequest): Promise<UserBody> {
    if (!this.environment.AUTH_REGISTRATION) throw new NotFoundError('Registration is off');
    const { username, password } = parseBody(registrationSchema, body);
    assertNotGuessable('password', password, username, this.environment.AUTH_PASSWORD_WORDS);
    const registration = {
      username,
      password,
      nowMs: this.clock.nowMs(),
      idempotencyKey: idempotencyKeyOf(request),
      signal: connectionSignal(request),
    };
    const user = await this.attempts.registration(addressOf(request), () =>
      this.users.register(registration),
    );
    return { id: user.id, username, created_at: new Date(user.createdAtMs).toISOString() };
  }

  /** Changes the password and ends every other session. */
  @UseGuards(JwtAuthGuard)
  @Post('me/password')
  @HttpCode(204)
  async changePassword(
    @CurrentSession() { id, sessionId }: AuthenticatedUser,
    @Body() body: unknown,
    @Req() request: HttpRequest,
  ): Promise<void> {
    const { current_password, new_password } = parseBody(passwordChangeSchema, body);
    const user = await this.users.findById(id);
    if (user === null) throw new InvalidTokenError('Access');
    const { AUTH_PASSWORD_WORDS: words } = this.environment;
    assertNotGuessable('new_password', new_password, user.username, words);
    const signal = connectionSignal(request);
    const ip = addressOf(request);
    const { username } = user;
    await this.auth.checkCredentials({ username, password: current_password, ip, signal });
    const next = await hashPassword(new_password, signal);
    const replaced = await this.auth.revokeSessionsWith(
      (manager) => this.users.replacePassword(user, next, manager),
      id,
      'password_changed',
      sessionId,
    );
    if (!replaced) throw new InvalidCredentialsError();
    const atMs = this.clock.nowMs();
    this.events.emit({ type: 'password.changed', userId: id, sessionId, ip, atMs });
  }
}

const registrationSchema = v.object({ username: newUsernameSchema, password: newPasswordSchema });

const passwordChangeSchema = v.object({
  current_password: presentedPasswordSchema,
  new_password: newPasswordSchema,
});

/** What a registration answers. */
export interface UserBody {
  readonly id: string;
  readonly username: string;
  readonly created_at: string;
}
