import { Controller, Get, Inject, type OnModuleInit, Req, VERSION_NEUTRAL } from '@nestjs/common';
import { PROOF_ALGORITHMS } from '../../keys/proof-key.js';
import { Public } from '../auth.decorators.js';
import { AUTH_CONFIG, type AuthConfig, AuthOptionsError } from '../auth.options.js';
import { AuthRoute } from '../auth-route.js';
import type { HttpRequest } from '../http-request.js';
import { ISSUER_TAKES, isIssuer } from './issuer.js';
import { ROUTE_PREFIX } from './route-prefix.js';

/** What a standard client has to know before it asks (RFC 8414 section 2). */
export interface OAuthMetadataBody {
  readonly issuer: string;
  readonly token_endpoint: string;
  readonly revocation_endpoint: string;
  readonly introspection_endpoint: string;
  readonly jwks_uri?: string;
  readonly response_types_supported: readonly string[];
  readonly grant_types_supported: readonly string[];
  readonly token_endpoint_auth_methods_supported: readonly string[];
  readonly revocation_endpoint_auth_methods_supported: readonly string[];
  readonly introspection_endpoint_auth_methods_supported: readonly string[];
  readonly token_endpoint_auth_signing_alg_values_supported?: readonly string[];
  readonly revocation_endpoint_auth_signing_alg_values_supported?: readonly string[];
  readonly introspection_endpoint_auth_signing_alg_values_supported?: readonly string[];
  readonly global_token_revocation_endpoint?: string;
  readonly global_token_revocation_endpoint_auth_methods_supported?: readonly string[];
  readonly dpop_signing_alg_values_supported?: readonly string[];
}

/** What `private_key_jwt` is signed with (RFC 8414 section 2). */
const ASSERTION_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];
const SIGNED_BY = {
  token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
  revocation_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
  introspection_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
};

const PLACE = '.well-known/oauth-authorization-server';

/** Where the standard endpoints stand, and what they take. */
@AuthRoute()
@Public()
@Controller({ path: '.well-known', version: VERSION_NEUTRAL })
export class OAuthMetadataController implements OnModuleInit {
  constructor(
    @Inject(AUTH_CONFIG) private readonly config: AuthConfig,
    @Inject(ROUTE_PREFIX) private readonly routePrefix: string,
  ) {}

  /** @throws AuthOptionsError when no client could find the endpoints by the issuer's name */
  onModuleInit(): void {
    if (isIssuer(this.config.settings.issuer)) return;
    throw new AuthOptionsError(`AuthModule: option issuer ${ISSUER_TAKES} where oauth is true`);
  }

  @Get('oauth-authorization-server')
  metadata(@Req() request: HttpRequest): OAuthMetadataBody {
    const { settings, accessKeys, oauthClients, dpop } = this.config;
    const root = this.rootOf(request);
    const at = (name: string) => [root, this.routePrefix, 'oauth', name].filter(Boolean).join('/');
    const hasSecrets = oauthClients.some(({ secret }) => secret !== undefined);
    const secrets = hasSecrets ? ['client_secret_basic'] : [];
    const hasKeys = oauthClients.some(({ publicKey }) => publicKey !== undefined);
    const confidential = hasKeys ? [...secrets, 'private_key_jwt'] : secrets;
    const revokes = oauthClients.some(({ revokesUsers }) => revokesUsers === true);
    const isPublished = accessKeys.publicJwks().length > 0;
    return {
      issuer: settings.issuer,
      token_endpoint: at('token'),
      revocation_endpoint: at('revoke'),
      introspection_endpoint: at('introspect'),
      ...(isPublished ? { jwks_uri: `${root}/.well-known/jwks.json` } : {}),
      response_types_supported: [],
      grant_types_supported: ['refresh_token'],
      token_endpoint_auth_methods_supported: ['none', ...confidential],
      revocation_endpoint_auth_methods_supported: ['none', ...confidential],
      introspection_endpoint_auth_methods_supported: confidential,
      ...(hasKeys ? SIGNED_BY : {}),
      ...(revokes
        ? {
            global_token_revocation_endpoint: at('global-token-revocation'),
            global_token_revocation_endpoint_auth_methods_supported: secrets,
          }
        : {}),
      ...(dpop.dpop === 'off' ? {} : { dpop_signing_alg_values_supported: PROOF_ALGORITHMS }),
    };
  }

  /** Never by the `Host` of the request, which its sender has chosen; by its path, which has the global prefix. */
  private rootOf({ originalUrl = '' }: HttpRequest): string {
    const { settings, dpop } = this.config;
    const [path = ''] = originalUrl.split('?', 1);
    const globalPrefix = path.slice(0, Math.max(0, path.indexOf(`/${PLACE}`)));
    return (dpop.publicUrl ?? new URL(settings.issuer).origin) + globalPrefix;
  }
}
