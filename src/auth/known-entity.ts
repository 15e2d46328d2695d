import type { DataSource } from 'typeorm';
import { RefreshToken } from '../sessions/refresh-token.entity.js';
import { AuthOptionsError } from './auth.options.js';

/**
 * Looks, at the start, whether the data source has the entity of the sessions. One that is connected later than the
 * application starts has none yet; the poll of revocations then logs what it lacks.
 *
 * @throws AuthOptionsError when it has not
 */
export function assertEntityKnown(dataSource: DataSource, entity: typeof RefreshToken): void {
  if (!dataSource.isInitialized || dataSource.hasMetadata(entity)) return;
  const listed = entity === RefreshToken ? entity.name : `refreshTokenEntity('${entity.name}')`;
  throw new AuthOptionsError(
    'AuthModule: the data source does not know the entity of the sessions. Give TypeOrmModule.forRoot ' +
      `autoLoadEntities: true, or list it beside your own: entities: [${listed}], from nestjs-baton`,
  );
}
