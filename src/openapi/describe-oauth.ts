import {
  ApiBasicAuth,
  ApiBody,
  ApiConsumes,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { GlobalRevocationController } from '../auth/oauth/global-revocation.controller.js';
import { OAuthController } from '../auth/oauth/oauth.controller.js';
import { OAuthMetadataController } from '../auth/oauth/oauth-metadata.controller.js';
import { NotFoundError, TooManyAttemptsError, UnavailableError } from '../errors.js';
import { describeRoute } from './describe-route.js';
import { errorResponses } from './error-responses.js';
import { ErrorModel, TokenPairModel } from './models.js';

const UNAVAILABLE = new UnavailableError('The database is unavailable');

const refused = (status: number, ...codes: string[]): MethodDecorator =>
  ApiResponse({ status, type: ErrorModel, description: codes.join(', ') });

const UNKNOWN_CLIENT = refused(401, 'invalid_client');

function form(...required: string[]): MethodDecorator[] {
  const properties = Object.fromEntries(required.map((name) => [name, { type: 'string' }]));
  return [
    ApiConsumes('application/x-www-form-urlencoded'),
    ApiBody({ schema: { type: 'object', required, properties } }),
  ];
}

/** Describes the standard endpoints, which are in the document where they are in the application. */
export function describeOAuthRoutes(): void {
  ApiTags('oauth')(OAuthController);
  ApiTags('oauth')(OAuthMetadataController);
  ApiTags('oauth')(GlobalRevocationController);
  describeTokens();
  describeIntrospection();
  describeGlobalRevocation();
}

function describeTokens(): void {
  describeRoute(
    OAuthController,
    'token',
    ApiOperation({ operationId: 'oauthToken', summary: 'The next pair (RFC 6749 section 6)' }),
    ...form('grant_type', 'refresh_token'),
    ApiOkResponse({ type: TokenPairModel }),
    refused(
      400,
      'invalid_request',
      'invalid_grant',
      'invalid_scope',
      'unsupported_grant_type',
      'invalid_dpop_proof',
      'use_dpop_nonce',
    ),
    UNKNOWN_CLIENT,
    ...errorResponses([new TooManyAttemptsError(1), UNAVAILABLE]),
  );
  describeRoute(
    OAuthController,
    'revoke',
    ApiOperation({ operationId: 'oauthRevoke', summary: 'Ends the session of a token (RFC 7009)' }),
    ...form('token'),
    ApiOkResponse({ description: 'Done, or there was nothing to be done' }),
    refused(400, 'invalid_request', 'invalid_dpop_proof', 'use_dpop_nonce'),
    UNKNOWN_CLIENT,
    ...errorResponses([UNAVAILABLE]),
  );
}

function describeGlobalRevocation(): void {
  const text = { type: 'string' } as const;
  const sub_id = { type: 'object', properties: { format: text, iss: text, sub: text, id: text } };
  describeRoute(
    GlobalRevocationController,
    'revoke',
    ApiOperation({
      operationId: 'oauthGlobalTokenRevocation',
      summary: 'Ends every session of a user (draft-parecki-oauth-global-token-revocation)',
    }),
    ApiBasicAuth(),
    ApiBody({ schema: { type: 'object', required: ['sub_id'], properties: { sub_id } } }),
    ApiNoContentResponse({ description: 'Done' }),
    refused(400, 'invalid_request'),
    UNKNOWN_CLIENT,
    refused(403, 'unauthorized_client'),
    ...errorResponses([new NotFoundError('There is no such user'), UNAVAILABLE]),
  );
}

function describeIntrospection(): void {
  describeRoute(
    OAuthController,
    'introspect',
    ApiOperation({
      operationId: 'oauthIntrospect',
      summary: 'Whether a token would be taken now (RFC 7662)',
    }),
    ApiBasicAuth(),
    ...form('token'),
    ApiOkResponse({ description: 'active, and the claims of a token that is' }),
    refused(400, 'invalid_request'),
    UNKNOWN_CLIENT,
    ...errorResponses([UNAVAILABLE]),
  );
  describeRoute(
    OAuthMetadataController,
    'metadata',
    ApiOperation({ operationId: 'oauthMetadata', summary: 'The endpoints (RFC 8414)' }),
    ApiOkResponse({ description: 'Authorization server metadata' }),
  );
}
