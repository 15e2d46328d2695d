import { RefreshToken, refreshTokenEntity } from 'nestjs-baton';
import type { DataSourceOptions } from 'typeorm';
import { eventually } from '../contract/vocabulary.js';
import { IN_MEMORY } from '../host/databases.js';
import { recordingLog } from '../host/recording-log.js';
import { startHost } from '../host/start-host.js';
import { EVERY_ANSWER, answersOfEveryRoute } from './every-route.js';

const listing = (entities: DataSourceOptions['entities'], further = {}): DataSourceOptions =>
  Object.assign({}, IN_MEMORY, { autoLoadEntities: false, entities, ...further });

const WRITE = 'Give TypeOrmModule.forRoot autoLoadEntities: true, or list it beside your own: ';

/** @see issue 12 */
describe('a host without autoLoadEntities', () => {
  it('lists the entity of the sessions', async () => {
    const host = await startHost({ database: listing([RefreshToken]) });
    expect(await answersOfEveryRoute(host)).toEqual(EVERY_ANSWER);
    await host.close();
  });

  it('that does not list it is told what to write, at the start', async () => {
    await expect(startHost({ database: listing([]) })).rejects.toThrow(
      `${WRITE}entities: [RefreshToken], from nestjs-baton`,
    );
  });

  it('that lists the one of another table is told the one of its own', async () => {
    const database = listing([RefreshToken, refreshTokenEntity('staff')]);
    await expect(startHost({ database, extras: { table: 'office' } })).rejects.toThrow(
      `${WRITE}entities: [refreshTokenEntity('office')], from nestjs-baton`,
    );
  });

  it('and connects later reads it in the log', async () => {
    const { lines, configure } = recordingLog();
    const database = listing([], { manualInitialization: true });
    const host = await startHost({ database, configure });
    await host.dataSource.initialize();
    await eventually(5_000, async () => lines.some((line) => line.includes('entities: [')));
    expect(lines.join('\n')).toContain('entities: [RefreshToken]');
    await host.close();
  });
});
