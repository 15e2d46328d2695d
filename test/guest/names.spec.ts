import { refreshTokenEntity } from 'nestjs-baton';
import * as batonMigrations from 'nestjs-baton/migrations';
import { DataSource, type DataSourceOptions, DefaultNamingStrategy } from 'typeorm';
import { REUSED, login, pairIn, refresh, refreshing, storm, use } from '../contract/vocabulary.js';
import { SeenTokens } from '../../src/sessions/seen-tokens.js';
import { type DatabaseKind, describeOnEachDatabase } from '../host/databases.js';
import { QuickUsers } from '../host/quick-users.js';
import { type Host, startHost } from '../host/start-host.js';
import { EVERY_ANSWER, answersOfEveryRoute } from './every-route.js';
import { pendingStatements } from './pending-statements.js';

const camel = (text: string): string =>
  text.replaceAll(/_(.)/g, (_, letter) => letter.toUpperCase());
const snake = (text: string): string =>
  text.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toLowerCase();

/** Changes the names that are given. */
class UpperCase extends DefaultNamingStrategy {
  override tableName(entity: string, given: string | undefined): string {
    return super.tableName(entity, given).toUpperCase();
  }
  override columnName(property: string, given: string | undefined, path: string[]): string {
    return super.columnName(property, given ?? '', path).toUpperCase();
  }
  override indexName(...args: Parameters<DefaultNamingStrategy['indexName']>): string {
    return `ix_${super.indexName(...args)}`;
  }
}

class CamelCase extends DefaultNamingStrategy {
  override tableName(entity: string, given: string | undefined): string {
    return camel(super.tableName(entity, given));
  }
  override columnName(property: string, given: string | undefined, path: string[]): string {
    return camel(super.columnName(property, given ?? '', path));
  }
}

/** Goes by the class and its properties, whatever is given. */
class ByProperty extends DefaultNamingStrategy {
  override tableName(entity: string): string {
    return snake(entity);
  }
  override columnName(property: string): string {
    return snake(property);
  }
}

const MIGRATED = { migrations: Object.values(batonMigrations), migrationsRun: true };
const SYNCHRONIZED = { migrations: [], migrationsRun: false, synchronize: true };

/** The heart of the module, and every statement that is written by hand. */
async function race(host: Host): Promise<void> {
  const { refresh_token } = await login(host);
  const [pair] = (await storm([host], refresh_token, 3)).map(pairIn);
  const lost = await refresh(host, pair?.refresh_token ?? '');
  host.clock.turn(10);
  const recovered = await refresh(host, pair?.refresh_token ?? '');
  expect(recovered.refresh_token).not.toBe(lost.refresh_token);
  await use(host, recovered);
  await host.app.get(SeenTokens).flush();
  const [row] = await host.dataSource.getRepository(refreshTokenEntity('refresh_tokens')).find();
  expect(row?.confirmedAtMs).toBe(host.clock.nowMs());
  expect(await refreshing(host, refresh_token)).toEqual(REUSED);
  expect(await answersOfEveryRoute(host)).toEqual(EVERY_ANSWER);
}

async function withDatabase(
  kind: DatabaseKind,
  scene: (options: DataSourceOptions) => Promise<void>,
): Promise<void> {
  const database = await kind.create();
  await scene(database.options);
  await database.drop();
}

/** @see issue 11 */
describeOnEachDatabase((kind) => {
  describe.each([
    ['migrates', MIGRATED],
    ['synchronizes', SYNCHRONIZED],
  ])('in a host that %s', (_how, schema) => {
    it.each([
      ['a prefix', { entityPrefix: 'app_' }],
      ['names in upper case', { namingStrategy: new UpperCase() }],
      ['names in camel case', { namingStrategy: new CamelCase(), entityPrefix: 'app_' }],
      ['names that go by class and property', { namingStrategy: new ByProperty() }],
    ])('tables and columns may have %s', async (_what, naming) => {
      await withDatabase(kind, async (options) => {
        const database = Object.assign({}, options, schema, naming);
        const host = await startHost({ database, users: new QuickUsers() });
        expect(await pendingStatements(host.dataSource)).toEqual([]);
        await race(host);
        await host.close();
      });
    });
  });

  if (kind.name === 'sqlite memory') return;

  it('the migration knows the names where the data source does not list the entity', async () => {
    await withDatabase(kind, async (options) => {
      const naming = { namingStrategy: new UpperCase(), entityPrefix: 'app_' };
      const alone = new DataSource(Object.assign({}, options, MIGRATED, naming));
      await alone.initialize();
      await alone.destroy();
      const database = Object.assign({}, options, MIGRATED, naming);
      const host = await startHost({ database });
      expect(await pendingStatements(host.dataSource)).toEqual([]);
      await race(host);
      await host.close();
    });
  });

  it.each([
    ['migrate', MIGRATED],
    ['synchronize', SYNCHRONIZED],
  ])('two hosts with a prefix each may share a database, and %s it', async (_how, schema) => {
    await withDatabase(kind, async (options) => {
      for (const prefix of ['shop_', 'office_']) {
        const naming = { entityPrefix: prefix, migrationsTableName: `${prefix}migrations` };
        const database = Object.assign({}, options, schema, naming);
        const host = await startHost({ database, users: new QuickUsers() });
        expect(await pendingStatements(host.dataSource)).toEqual([]);
        await race(host);
        await host.close();
      }
    });
  });

  if (kind.name !== 'postgres') return;

  it.each([
    ['migrates', MIGRATED],
    ['synchronizes', SYNCHRONIZED],
  ])('a host that %s may keep its tables in another schema', async (_how, schema) => {
    await withDatabase(kind, async (options) => {
      const setUp = await new DataSource(options).initialize();
      await setUp.query('CREATE SCHEMA "Auth"');
      await setUp.query('CREATE TABLE refresh_tokens (theirs int)');
      await setUp.destroy();
      const naming = { schema: 'Auth', entityPrefix: 'app_' };
      for (const names of [{ schema: 'Auth' }, naming]) {
        const database = Object.assign({}, options, schema, names, {
          migrationsTableName: Object.values(names).join('_'),
        });
        const host = await startHost({ database, users: new QuickUsers() });
        expect(await pendingStatements(host.dataSource)).toEqual([]);
        await race(host);
        await host.close();
      }
    });
  });
});
