import { Controller, Get, Inject, VERSION_NEUTRAL } from '@nestjs/common';
import { NotFoundError } from '../errors.js';
import type { PublicJwk } from '../keys/key-ring.js';
import { Public } from './auth.decorators.js';
import { AUTH_CONFIG, type AuthConfig } from './auth.options.js';

/** The public keys that verify access tokens elsewhere (RFC 7517 section 5). */
@Public()
@Controller({ path: '.well-known', version: VERSION_NEUTRAL })
export class JwksController {
  constructor(@Inject(AUTH_CONFIG) private readonly config: AuthConfig) {}

  /** @throws NotFoundError while access tokens are signed with a secret */
  @Get('jwks.json')
  jwks(): { keys: PublicJwk[] } {
    const keys = this.config.accessKeys.publicJwks();
    if (keys.length === 0) throw new NotFoundError('Access tokens are signed with a secret');
    return { keys };
  }
}
