import type { DataSource } from 'typeorm';
import { AuthEventRecord } from '../audit/auth-event.entity.js';
import { RefreshToken } from '../sessions/refresh-token.entity.js';
import { AuthOptionsError } from './auth.options.js';

/**
 * Looks, at the start, whether the data source has the entity of the sessions. One that is connected later than the
 * application starts has none yet; the poll of revocations then logs what it lacks.
 *
 * @throws AuthOptionsError when it has not
 */
export function assertSessionsKnown(source: DataSource, entity: typeof RefreshToken): void {
  const listed = entity === RefreshToken ? entity.name : `refreshTokenEntity('${entity.name}')`;
  assertKnown(source, entity, 'sessions', listed);
}

/** The same for the entity of the events. */
export function assertEventsKnown(source: DataSource, entity: typeof AuthEventRecord): void {
  const listed = entity === AuthEventRecord ? entity.name : `authEventEntity('${entity.name}')`;
  assertKnown(source, entity, 'events', listed);
}

function assertKnown(
  dataSource: DataSource,
  entity: new () => object,
  holds: string,
  listed: string,
): void {
  if (!dataSource.isInitialized || dataSource.hasMetadata(entity)) return;
  throw new AuthOptionsError(
    `AuthModule: the data source does not know the entity of the ${holds}. Give TypeOrmModule.forRoot ` +
      `autoLoadEntities: true, or list it beside your own: entities: [${listed}], from nestjs-baton`,
  );
}
