import { AuthEventRecord, authEventMigrations, refreshTokenMigrations } from 'nestjs-baton';
import type { DataSource, DataSourceOptions } from 'typeorm';
import { AuditTrail } from '../../src/audit/audit-trail.js';
import { type FreshDatabase, IN_MEMORY, describeOnEachDatabase } from '../host/databases.js';
import { QuickUsers } from '../host/quick-users.js';
import { type Host, type HostOptions, PLATFORMS, startHost } from '../host/start-host.js';

/** A database's options with the migrations of both tables. */
export const withEvents = (options: DataSourceOptions = IN_MEMORY): DataSourceOptions =>
  Object.assign({}, options, {
    migrations: [...refreshTokenMigrations(), ...authEventMigrations()],
  });

/** A host that keeps its events. */
export function startAuditHost(options: HostOptions = {}): Promise<Host> {
  return startHost({
    users: new QuickUsers(),
    ...options,
    database: withEvents(options.database),
    extras: { audit: true, ...options.extras },
  });
}

/** Writes what waits, as is done twice a second. */
export const flush = (host: Host): Promise<void> => host.app.get(AuditTrail).flush();

/** Every event that was kept, the earliest first. */
export async function eventsOf(host: Host): Promise<AuthEventRecord[]> {
  await flush(host);
  return host.dataSource.getRepository(AuthEventRecord).find({ order: { id: 'ASC' } });
}

/** Undoes the migrations of the events. */
export async function undo(dataSource: DataSource, table?: string): Promise<void> {
  const runner = dataSource.createQueryRunner();
  for (const Migration of authEventMigrations(table)) await new Migration().down(runner);
  await runner.release();
}

export async function hasTable(dataSource: DataSource, table: string): Promise<boolean> {
  const runner = dataSource.createQueryRunner();
  return runner.hasTable(table).finally(() => runner.release());
}

/** Describes a suite once for each database and platform, each with one host of its own that keeps its events. */
export function onEveryAuditHost(options: HostOptions, suite: (host: () => Host) => void): void {
  describeOnEachDatabase((kind) => {
    describe.each(PLATFORMS)('with %s', (platform) => {
      let host: Host;
      let database: FreshDatabase;
      beforeAll(async () => {
        database = await kind.create();
        host = await startAuditHost({ ...options, platform, database: database.options });
      });
      afterAll(async () => {
        await host.close();
        await database.drop();
      });
      suite(() => host);
    });
  });
}
