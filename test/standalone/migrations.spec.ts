import { DataSource } from 'typeorm';
import { dataSourceOptions, openDatabase } from '../../src/standalone/database/database.js';
import { CreateUsers1764000000001 } from '../../src/standalone/database/migrations/1764000000001-create-users.js';
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

  /** @see issue 11 */
  it('a database with users of somebody else is refused in a sentence, and left as it is', async () => {
    const database = await kind.create();
    const address = databaseAddress(database.url);
    const theirs = await new DataSource(dataSourceOptions(address)).initialize();
    await theirs.query('CREATE TABLE users (id integer PRIMARY KEY, email varchar(100))');
    await theirs.query("INSERT INTO users VALUES (1, 'ann@example.com')");
    await expect(openDatabase(address)).rejects.toThrow(
      /There is a table users already that is not this server's, .* a database of its own/,
    );
    const runner = theirs.createQueryRunner();
    await new CreateUsers1764000000001().down(runner);
    await runner.release();
    expect(await theirs.query('SELECT * FROM users')).toEqual([
      { id: 1, email: 'ann@example.com' },
    ]);
    await theirs.destroy();
    await database.drop();
  });
});
