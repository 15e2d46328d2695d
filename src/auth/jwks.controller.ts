import { Controller, Get, Inject, Res, VERSION_NEUTRAL } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { NotFoundError } from '../errors.js';
import { JWKS_MAX_AGE_SECONDS, type PublicJwk } from '../keys/key-ring.js';
import { AuthRoute } from './auth-route.js';
import { Public } from './auth.decorators.js';
import { AUTH_CONFIG, type AuthConfig } from './auth.options.js';
import { ErrorHeaders } from './error-headers.js';

const CACHE_CONTROL = `public, max-age=${JWKS_MAX_AGE_SECONDS}`;

/** The public keys that verify access tokens elsewhere (RFC 7517 section 5). */
@AuthRoute()
@Public()
@Controller({ path: '.well-known', version: VERSION_NEUTRAL })
export class JwksController {
  constructor(
    @Inject(AUTH_CONFIG) private readonly config: AuthConfig,
    private readonly adapterHost: HttpAdapterHost,
    private readonly errorHeaders: ErrorHeaders,
  ) {}

  /** @throws NotFoundError while access tokens are signed with a secret */
  @Get('jwks.json')
  jwks(@Res({ passthrough: true }) response: unknown): Promise<{ keys: PublicJwk[] }> {
    return this.errorHeaders.around(response, () => {
      const keys = this.config.accessKeys.publicJwks();
      if (keys.length === 0) throw new NotFoundError('Access tokens are signed with a secret');
      this.adapterHost.httpAdapter.setHeader(response, 'Cache-Control', CACHE_CONTROL);
      return { keys };
    });
  }
}
