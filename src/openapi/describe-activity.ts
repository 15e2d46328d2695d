import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { ActivityController } from '../auth/activity/activity.controller.js';
import { InvalidRequestError } from '../errors.js';
import { ActivityModel, EndedSessionsModel } from './activity-models.js';
import { describeRoute } from './describe-route.js';
import { GUARD_ERRORS, errorResponses } from './error-responses.js';
import { DPOP } from './dpop-header.js';

const BAD_LIMIT = new InvalidRequestError('limit takes a whole number from 1 to 100');

/** Describes what users see of their events, which is in the document where it is in the application. */
export function describeActivityRoutes(): void {
  ApiTags('auth')(ActivityController);
  describeRoute(
    ActivityController,
    'events',
    ApiOperation({ operationId: 'activity', summary: "The user's events, the latest first" }),
    ApiQuery({
      name: 'limit',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 50 },
    }),
    ApiQuery({
      name: 'cursor',
      required: false,
      schema: { type: 'string' },
      description: 'The next_cursor of the page before',
    }),
    ApiOkResponse({ type: ActivityModel }),
    ...errorResponses([BAD_LIMIT, ...GUARD_ERRORS]),
    DPOP,
    ApiBearerAuth(),
  );
  describeRoute(
    ActivityController,
    'endedSessions',
    ApiOperation({
      operationId: 'endedSessions',
      summary: "The user's sessions that ended of late, and why",
    }),
    ApiOkResponse({ type: EndedSessionsModel }),
    ...errorResponses(GUARD_ERRORS),
    DPOP,
    ApiBearerAuth(),
  );
}
