import { applyDecorators } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiExtraModels,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiQuery,
  ApiTags,
  type SchemaObject,
  getSchemaPath,
} from '@nestjs/swagger';
import { AuthController } from '../auth/auth.controller.js';
import { JwksController } from '../auth/jwks.controller.js';
import type { LoginFields } from '../auth/login-fields.js';
import { NotFoundError } from '../errors.js';
import {
  GUARD_ERRORS,
  LOGIN_ERRORS,
  LOGOUT_ERRORS,
  NO_SUCH_PAGE,
  NO_SUCH_SESSION,
  REFRESH_ERRORS,
  errorResponses,
} from './error-responses.js';
import { describeActivityRoutes } from './describe-activity.js';
import { describeOAuthRoutes } from './describe-oauth.js';
import { describeRoute } from './describe-route.js';
import { DPOP } from './dpop-header.js';
import { loginBody } from './login-body.js';
import {
  LoginModel,
  LogoutModel,
  MeModel,
  RefreshModel,
  SessionsModel,
  TokenPairModel,
} from './models.js';

const noContent = ApiNoContentResponse({ description: 'Done' });

const IDEMPOTENCY_KEY = ApiHeader({
  name: 'Idempotency-Key',
  required: false,
  description:
    'Binds repeats of this refresh to whoever knows the key: 16 to 128 visible ASCII characters',
});

const AUTH_TRANSPORT = ApiHeader({
  name: 'X-Auth-Transport',
  required: false,
  schema: { type: 'string', enum: ['cookie'] },
  description: 'The refresh token travels in a cookie, where the server offers that',
});

const AUTH_SESSION = ApiHeader({
  name: 'X-Auth-Session',
  required: false,
  schema: { type: 'string', format: 'uuid' },
  description:
    'The session that the client speaks for; a cookie of another one is session_mismatch',
});

/** Anew for each route: a decorator of security grows by what it decorated before. */
const guarded = () => [ApiBearerAuth(), DPOP, ...errorResponses(GUARD_ERRORS)];

/** What the description has to be told of the options of `AuthModule`. */
export interface DescribedOptions {
  /** The option `loginFields`, where it is given. @default a user name */
  readonly loginFields?: LoginFields | undefined;
  /** The schemas of what `responseFields` adds to the body of a login and a refresh, by name. @default nothing */
  readonly responseFields?: ResponseFieldSchemas | undefined;
}

type ResponseFieldSchemas = NonNullable<SchemaObject['properties']>;

/**
 * Describes the module's routes for `@nestjs/swagger`; call it once, before `SwaggerModule.createDocument`.
 * The module itself does without that package.
 */
export function describeAuthRoutes(options: DescribedOptions = {}): void {
  ApiTags('auth')(AuthController);
  ApiTags('auth')(JwksController);
  describeTokens(options);
  describeLogouts();
  describeSessions();
  describeOAuthRoutes();
  describeActivityRoutes();
}

function describeTokens({ loginFields, responseFields }: DescribedOptions): void {
  describeRoute(
    AuthController,
    'login',
    ApiOperation({ operationId: 'login', summary: 'Checks the credentials and opens a session' }),
    AUTH_TRANSPORT,
    DPOP,
    ApiBody(loginFields === undefined ? { type: LoginModel } : { schema: loginBody(loginFields) }),
    answersPair(responseFields),
    ...errorResponses(LOGIN_ERRORS),
  );
  describeRoute(
    AuthController,
    'refresh',
    ApiOperation({
      operationId: 'refresh',
      summary: 'Rotates: a new access token and a new refresh token',
    }),
    IDEMPOTENCY_KEY,
    DPOP,
    AUTH_TRANSPORT,
    AUTH_SESSION,
    ApiBody({ type: RefreshModel }),
    answersPair(responseFields),
    ...errorResponses(REFRESH_ERRORS),
  );
  describeRoute(
    JwksController,
    'jwks',
    ApiOperation({
      operationId: 'jwks',
      summary: 'The public keys; 404 while access tokens are signed with a secret',
    }),
    ApiOkResponse({ description: 'A JWK set (RFC 7517)' }),
    ...errorResponses([new NotFoundError('Access tokens are signed with a secret')]),
  );
}

function answersPair(further: ResponseFieldSchemas | undefined): MethodDecorator {
  if (further === undefined) return ApiOkResponse({ type: TokenPairModel });
  const pair = { $ref: getSchemaPath(TokenPairModel) };
  return applyDecorators(
    ApiExtraModels(TokenPairModel),
    ApiOkResponse({ schema: { allOf: [pair, { type: 'object', properties: further }] } }),
  );
}

function describeLogouts(): void {
  describeRoute(
    AuthController,
    'logout',
    ApiOperation({
      operationId: 'logout',
      summary: 'Ends this session, by its refresh token or by Bearer',
    }),
    ApiBearerAuth(),
    DPOP,
    AUTH_TRANSPORT,
    AUTH_SESSION,
    ApiBody({ type: LogoutModel, required: false }),
    noContent,
    ...errorResponses(LOGOUT_ERRORS),
  );
  describeRoute(
    AuthController,
    'logoutAll',
    ApiOperation({ operationId: 'logoutAll', summary: 'Ends every session of the user' }),
    noContent,
    ...guarded(),
  );
  describeRoute(
    AuthController,
    'logoutOthers',
    ApiOperation({
      operationId: 'logoutOthers',
      summary: 'Ends every session of the user but this one',
    }),
    noContent,
    ...guarded(),
  );
}

function describeSessions(): void {
  describeRoute(
    AuthController,
    'sessions',
    ApiOperation({
      operationId: 'sessions',
      summary: "The user's live sessions, the most recently used first",
    }),
    ApiQuery({
      name: 'limit',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 100 },
      description: 'How many at most',
    }),
    ApiQuery({
      name: 'cursor',
      required: false,
      schema: { type: 'string' },
      description: 'The next_cursor of the page before',
    }),
    ApiOkResponse({ type: SessionsModel }),
    ...errorResponses([...GUARD_ERRORS, NO_SUCH_PAGE]),
    ApiBearerAuth(),
    DPOP,
  );
  describeRoute(
    AuthController,
    'revokeSession',
    ApiOperation({ operationId: 'revokeSession', summary: "Ends one of the user's own sessions" }),
    noContent,
    ...errorResponses([...GUARD_ERRORS, NO_SUCH_SESSION]),
    DPOP,
    ApiBearerAuth(),
  );
  describeRoute(
    AuthController,
    'me',
    ApiOperation({ operationId: 'me', summary: 'Whom the access token speaks for' }),
    ApiOkResponse({ type: MeModel }),
    ...guarded(),
  );
}
