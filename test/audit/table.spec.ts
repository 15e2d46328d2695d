import { AuthEventRecord, RefreshToken, authEventMigrations } from 'nestjs-baton';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { login } from '../contract/vocabulary.js';
import { pendingStatements } from '../guest/pending-statements.js';
import { IN_MEMORY, describeOnEachDatabase } from '../host/databases.js';
import { eventsOf, hasTable, startAuditHost, undo } from './audit-host.js';

/** @see issue 16 */
describeOnEachDatabase((kind) => {
  it('the migration makes what the entity says, is undone, and can be run again', async () => {
    const database = await kind.create();
    const host = await startAuditHost({ database: database.options });
    expect(await pendingStatements(host.dataSource)).toEqual([]);
    await undo(host.dataSource);
    expect(await hasTable(host.dataSource, 'auth_events')).toBe(false);
    expect(await hasTable(host.dataSource, 'refresh_tokens')).toBe(true);
    const runner = host.dataSource.createQueryRunner();
    for (const Migration of [...authEventMigrations(), ...authEventMigrations()]) {
      await new Migration().up(runner);
    }
    await runner.release();
    expect(await pendingStatements(host.dataSource)).toEqual([]);
    await host.close();
    await database.drop();
  });

  it('a table that the host has for something else is refused, and left as it is', async () => {
    const database = await kind.create();
    const options = Object.assign({}, database.options, { migrations: authEventMigrations() });
    const dataSource = await new DataSource(options).initialize();
    await dataSource.query('CREATE TABLE auth_events (id integer PRIMARY KEY, what varchar(9))');
    await dataSource.query("INSERT INTO auth_events VALUES (1, 'theirs')");
    await expect(dataSource.runMigrations()).rejects.toThrow(
      /^There is a table auth_events already that holds no events .*\{ auditTable: … \}/,
    );
    await undo(dataSource);
    expect(await dataSource.query('SELECT what FROM auth_events')).toEqual([{ what: 'theirs' }]);
    await dataSource.destroy();
    await database.drop();
  });
});

const listing = (entities: DataSourceOptions['entities']): DataSourceOptions =>
  Object.assign({}, IN_MEMORY, { autoLoadEntities: false, entities });

describe('a host without autoLoadEntities', () => {
  it('lists the entity of the events', async () => {
    const host = await startAuditHost({ database: listing([RefreshToken, AuthEventRecord]) });
    await login(host);
    expect(await eventsOf(host)).toHaveLength(1);
    await host.close();
  });

  it('that does not list it is told what to write, at the start', async () => {
    await expect(startAuditHost({ database: listing([RefreshToken]) })).rejects.toThrow(
      'the entity of the events. Give TypeOrmModule.forRoot autoLoadEntities: true, or list it ' +
        'beside your own: entities: [AuthEventRecord], from nestjs-baton',
    );
  });
});
