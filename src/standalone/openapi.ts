import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  ApiBearerAuth,
  ApiBody,
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiTags,
  DocumentBuilder,
  SwaggerModule,
} from '@nestjs/swagger';
import {
  InvalidCredentialsError,
  InvalidRequestError,
  STATUS,
  UnavailableError,
} from '../errors.js';
import { describeRoute } from '../openapi/describe-route.js';
import { describeAuthRoutes } from '../openapi/describe-routes.js';
import { GUARD_ERRORS, LOGIN_ERRORS, errorResponses } from '../openapi/error-responses.js';
import { HealthController } from './health.controller.js';
import { type UserBody, UsersController } from './users/users.controller.js';
import { UsernameTakenError } from './users/users.service.js';

/** Serves Swagger UI at `/docs` and the OpenAPI document at `/docs-json`. */
export function serveOpenApi(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async ({ url }, reply) => {
      if (!/^\/docs\b/.test(url)) return;
      reply.header('Content-Security-Policy', CONTENT_SECURITY_POLICY);
      reply.header('X-Content-Type-Options', 'nosniff');
      reply.header('X-Frame-Options', 'DENY');
      reply.header('Referrer-Policy', 'no-referrer');
    });
  describeAuthRoutes();
  describeUserRoutes();
  const about = new DocumentBuilder()
    .setTitle('nestjs-baton')
    .setDescription(ABOUT)
    .setVersion('1')
    .addBearerAuth()
    .addBasicAuth()
    .build();
  const document = () => SwaggerModule.createDocument(app, about);
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: 'docs-json' });
}

class RegistrationModel {
  @ApiProperty({ example: 'ann', minLength: 1, maxLength: 128 })
  username!: string;

  @ApiProperty({ example: 'correct horse battery staple', format: 'password', minLength: 8 })
  password!: string;
}

class PasswordChangeModel {
  @ApiProperty({ example: 'correct horse battery staple', format: 'password' })
  current_password!: string;

  @ApiProperty({ example: 'a better one than before', format: 'password', minLength: 8 })
  new_password!: string;
}

class UserModel implements UserBody {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ example: 'ann' })
  username!: string;

  @ApiProperty({ format: 'date-time' })
  created_at!: string;
}

class HealthModel {
  @ApiProperty({ enum: ['ok'] })
  status!: 'ok';

  @ApiProperty({
    description: "how far the database's clock is ahead of this server's, in milliseconds",
  })
  clock_offset_ms!: number;

  @ApiProperty({
    enum: ['up', 'down'],
    required: false,
    description: 'whether Redis answers, where there is a REDIS_URL',
  })
  redis?: 'up' | 'down';
}

/** Markdown. The links are relative: they hold below a path, too. */
const ABOUT = `Login, rotating refresh tokens and sessions. [See tokens rotate in the playground](./), where it is on.

**The flow of a pair.** \`POST …/login\` answers a pair. The access token goes with every request, as
\`Authorization: Bearer …\`. Before it ends, or when it is refused with \`token_expired\`, the refresh token buys the
next pair at \`POST …/token/refresh\`; it is spent then. An answer that was lost may be asked for again with the same
token. A spent token that comes back otherwise is \`token_reused\`, and ends the session for everybody.

**Errors** are \`{ "error", "error_description" }\`, the code in \`X-Auth-Error\`, too:
${Object.entries(STATUS)
  .map(([code, status]) => `\`${code}\` (${status})`)
  .join(', ')}.`;

/** Swagger UI writes styles into its page, and no scripts. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

function describeUserRoutes(): void {
  ApiTags('users')(UsersController);
  ApiTags('health')(HealthController);
  describeRoute(
    UsersController,
    'register',
    ApiOperation({ operationId: 'register', summary: 'Registers a user' }),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'Makes the registration safe to repeat: 16 to 128 visible ASCII characters that nobody can guess',
    }),
    ApiBody({ type: RegistrationModel }),
    ApiCreatedResponse({ type: UserModel }),
    ...errorResponses([
      new InvalidRequestError(
        'password takes a string of at least 8 characters and at most 1024 bytes of UTF-8',
      ),
      new UsernameTakenError(),
    ]),
  );
  describeRoute(
    UsersController,
    'changePassword',
    ApiOperation({
      operationId: 'changePassword',
      summary: 'Changes the password and ends every other session',
    }),
    ApiBearerAuth(),
    ApiBody({ type: PasswordChangeModel }),
    ApiNoContentResponse({ description: 'Done' }),
    ...errorResponses([...LOGIN_ERRORS, ...GUARD_ERRORS, new InvalidCredentialsError()]),
  );
  describeRoute(
    HealthController,
    'health',
    ApiOperation({ operationId: 'health', summary: 'Whether the server can do its work' }),
    ApiOkResponse({ type: HealthModel }),
    ...errorResponses([new UnavailableError('The database is unavailable')]),
  );
  describeRoute(
    HealthController,
    'live',
    ApiOperation({ operationId: 'live', summary: 'Whether the process answers' }),
    ApiOkResponse({ description: 'It does' }),
  );
}
