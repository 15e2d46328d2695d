import {
  AuthEventRecord,
  authEventEntity,
  authEventMigrations,
  refreshTokenMigrations,
} from 'nestjs-baton';
import { login } from '../contract/vocabulary.js';
import { pendingStatements } from '../guest/pending-statements.js';
import { IN_MEMORY, describeOnEachDatabase } from '../host/databases.js';
import { startHost } from '../host/start-host.js';
import { flush, hasTable, undo } from './audit-host.js';

/** Apart, for `autoLoadEntities` remembers what any module of the process has registered. @see issue 16 */
describe('a host without audit', () => {
  it('has no table of events, and nothing that listens', async () => {
    const host = await startHost();
    await login(host);
    expect(host.dataSource.hasMetadata(AuthEventRecord)).toBe(false);
    expect(await hasTable(host.dataSource, 'auth_events')).toBe(false);
    await host.close();
  });

  it('has synchronized no table of events either', async () => {
    const database = Object.assign({}, IN_MEMORY, { synchronize: true, migrationsRun: false });
    const host = await startHost({ database });
    expect(await hasTable(host.dataSource, 'auth_events')).toBe(false);
    await host.close();
  });
});

describeOnEachDatabase((kind) => {
  it('the events may have a table of another name', async () => {
    const database = await kind.create();
    const migrations = [...refreshTokenMigrations(), ...authEventMigrations('office_events')];
    const host = await startHost({
      database: Object.assign({}, database.options, { migrations }),
      extras: { audit: true, auditTable: 'office_events' },
    });
    expect(await pendingStatements(host.dataSource)).toEqual([]);
    await login(host);
    await flush(host);
    const rows = await host.dataSource.getRepository(authEventEntity('office_events')).find();
    expect(rows).toMatchObject([{ type: 'session.opened', knownBefore: false }]);
    await undo(host.dataSource, 'office_events');
    expect(await hasTable(host.dataSource, 'office_events')).toBe(false);
    await host.close();
    await database.drop();
  });
});
