import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/standalone/database/database.js';
import { databaseAddress } from '../../src/standalone/environment/database-url.js';
import { type FreshDatabase, describeOnEachDatabase } from '../host/databases.js';
import { cleanUp, startServer } from './server-process.js';

const INSTANCES = 4;

afterAll(cleanUp);

/** What the servers have noted, by the data source that they have themselves. */
async function migrationsIn(database: FreshDatabase) {
  const options = dataSourceOptions(databaseAddress(database.url));
  const dataSource = await new DataSource(options).initialize();
  const noted = await dataSource.query<{ name: string }[]>('SELECT name FROM migrations');
  const known = dataSource.migrations.map(({ name }) => name);
  await dataSource.destroy();
  return { noted: noted.map(({ name }) => name), known };
}

/** @see issue 15 */
describeOnEachDatabase((kind) => {
  if (kind.name === 'sqlite memory') return;

  it('servers that start at once on an empty database all start, and run each migration once', async () => {
    const database = await kind.create();
    const variables = { DATABASE_URL: database.url };
    const starts = Array.from({ length: INSTANCES }, () => startServer(variables));
    const servers = await Promise.all(starts);
    for (const server of servers) expect(server.output()).not.toMatch(/error|warn/i);
    await Promise.all(servers.map((server) => server.stop()));
    const { noted, known } = await migrationsIn(database);
    expect(new Set(noted)).toEqual(new Set(known));
    expect(noted).toHaveLength(known.length);
    await database.drop();
  });
});
