import type { DataSource } from 'typeorm';
import { RefreshToken } from './refresh-token.entity.js';
import { SharedCommit, type SynchronousConnection } from './shared-commit.js';

/** What an update writes: the columns' properties, and the SQL of their new values. */
type Assignments = { readonly [Property in keyof RefreshToken]?: string };

/**
 * An `UPDATE` of the sessions whose text never changes. TypeORM writes it once, in the dialect of its database;
 * for each refresh anew, the writing would cost several times what the database takes. Where the connection
 * answers at once, those who ask at the same moment share a commit.
 */
export class WrittenUpdate<Name extends string> {
  private readonly sql: string;
  /** Which value stands at which place of the statement. */
  private readonly order: readonly Name[];
  /** On the connection that there is now; a data source that is opened again has another one. */
  private shared: SharedCommit | null = null;

  /**
   * @param assignments values in SQL, with `:name` for what changes
   * @param condition the same, for the rows
   * @param names every name in them
   */
  constructor(
    private readonly dataSource: DataSource,
    assignments: Assignments,
    condition: string,
    names: readonly Name[],
  ) {
    const written = Object.entries(assignments).map(([property, sql]) => [property, () => sql]);
    const [sql, parameters] = dataSource
      .createQueryBuilder()
      .update(RefreshToken)
      .set(Object.fromEntries(written))
      .where(condition)
      .setParameters(Object.fromEntries(names.map((name) => [name, name])))
      .getQueryAndParameters();
    this.sql = sql;
    this.order = parameters.flatMap((given) => names.find((name) => name === given) ?? []);
  }

  /** @returns how many rows were as they had to be, and are now as they should */
  async run(values: Readonly<Record<Name, string | number>>): Promise<number> {
    const placed = this.order.map((name) => values[name]);
    const runner = this.dataSource.createQueryRunner();
    try {
      if (this.dataSource.options.type === 'better-sqlite3') {
        this.dataSource.logger.logQuery(this.sql, placed, runner);
        return await this.sharedOn(await runner.connect()).run(placed);
      }
      const { affected } = await runner.query(this.sql, placed, true);
      return affected ?? 0;
    } finally {
      await runner.release();
    }
  }

  private sharedOn(connection: SynchronousConnection): SharedCommit {
    if (this.shared?.connection !== connection) {
      this.shared = new SharedCommit(connection, this.sql);
    }
    return this.shared;
  }
}
