import type { EntityManager, QueryRunner } from 'typeorm';
import { familyOf } from './database-family.js';
import { settle } from './late-number.js';
import { hasOneConnection } from './own-query-runner.js';
import type { SessionRow } from './refresh-token.entity.js';
import type { SessionTable } from './session-table.js';

/** What an update writes: the columns' properties, and the SQL of their new values. */
export type Assignments = { readonly [Property in keyof SessionRow]?: string };

/** An update in the words of one database. */
interface Prepared {
  readonly sql: string;
  /** Which value stands at which place of the statement, by its name. */
  readonly order: readonly string[];
}

/**
 * An `UPDATE` of the sessions whose text never changes. TypeORM writes it once, in the dialect of its database
 * and with the names that this has for the columns; for each refresh anew, the writing would cost several times
 * what the database takes.
 */
export class PreparedUpdate<Values extends object> {
  /** Prepared at the first use: a data source that is not initialized yet does not know its columns. */
  private prepared: Prepared | null = null;

  /**
   * @param assignments values in SQL, with `:name` for what changes
   * @param condition the same, for the rows; columns are named by their properties
   * @param order whether there is one row, which is locked before its new values are asked for: what they say of the
   *   time is then true when they are written
   */
  constructor(
    private readonly table: SessionTable,
    private readonly assignments: Assignments,
    private readonly condition: string,
    private readonly order: 'locked first' | 'as the database likes' = 'as the database likes',
  ) {}

  /**
   * @param values by the names in the statement; a `LateNumber` is asked when its turn has come
   * @returns how many rows were as they had to be, and are now as they should
   * @throws UnavailableError
   */
  run(values: Values): Promise<number> {
    return this.table.run(async (runner) => {
      this.prepared ??= this.prepare(runner);
      const { sql, order } = this.prepared;
      const placed = order.map((name): unknown => Reflect.get(values, name));
      // Where there is one connection, they wait for it behind `query`.
      const now = hasOneConnection(this.table.dataSource) ? placed : settle(placed);
      const { affected } = await runner.query(sql, now, true);
      return affected ?? 0;
    });
  }

  /** Each name is its own value, so that TypeORM says where which stands: some dialects have places only. */
  private prepare({ manager }: QueryRunner): Prepared {
    const { assignments } = this;
    const condition = this.conditionOn(manager);
    const set = Object.entries(assignments).map(([property, sql]) => [property, () => sql]);
    const names = [...Object.values(assignments), condition].join(' ').match(/(?<=:)\w+/g) ?? [];
    const [sql, order] = manager
      .createQueryBuilder()
      .update(this.table.entity)
      .set(Object.fromEntries(set))
      .where(condition)
      .setParameters(Object.fromEntries(names.map((name) => [name, name])))
      .getQueryAndParameters();
    return { sql, order };
  }

  private conditionOn({ connection }: EntityManager): string {
    const { condition, order } = this;
    // PostgreSQL's rows get their new values before they are locked, unless the rows are asked for with a lock.
    const locksLate = familyOf(connection.options.type) === 'postgres';
    if (order !== 'locked first' || !locksLate) return condition;
    const { tablePath } = connection.getMetadata(this.table.entity);
    const table = tablePath.split('.').map((part) => connection.driver.escape(part));
    return `id = (SELECT id FROM ${table.join('.')} WHERE ${condition} FOR UPDATE)`;
  }
}
