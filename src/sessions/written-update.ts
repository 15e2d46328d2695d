import type { QueryRunner } from 'typeorm';
import type { SessionRow } from './refresh-token.entity.js';
import type { SessionTable } from './session-table.js';

/** What an update writes: the columns' properties, and the SQL of their new values. */
type Assignments = { readonly [Property in keyof SessionRow]?: string };

/** An update in the words of one database. */
interface WrittenSql<Name> {
  readonly sql: string;
  /** Which value stands at which place of the statement. */
  readonly order: readonly Name[];
}

/**
 * An `UPDATE` of the sessions whose text never changes. TypeORM writes it once, in the dialect of its database
 * and with the names that this has for the columns; for each refresh anew, the writing would cost several times
 * what the database takes.
 */
export class WrittenUpdate<Name extends string> {
  /** Written at the first use: a data source that is not initialized yet does not know its columns. */
  private written: WrittenSql<Name> | null = null;

  /**
   * @param assignments values in SQL, with `:name` for what changes
   * @param condition the same, for the rows; columns are named by their properties
   * @param names every name in them
   */
  constructor(
    private readonly table: SessionTable,
    private readonly assignments: Assignments,
    private readonly condition: string,
    private readonly names: readonly Name[],
  ) {}

  /**
   * @returns how many rows were as they had to be, and are now as they should
   * @throws UnavailableError
   */
  run(values: Readonly<Record<Name, string | number>>): Promise<number> {
    return this.table.run(async (runner) => {
      this.written ??= this.write(runner);
      const { sql, order } = this.written;
      const placed = order.map((name) => values[name]);
      const { affected } = await runner.query(sql, placed, true);
      return affected ?? 0;
    });
  }

  private write({ manager }: QueryRunner): WrittenSql<Name> {
    const { assignments, names } = this;
    const set = Object.entries(assignments).map(([property, sql]) => [property, () => sql]);
    const [sql, parameters] = manager
      .createQueryBuilder()
      .update(this.table.entity)
      .set(Object.fromEntries(set))
      .where(this.condition)
      .setParameters(Object.fromEntries(names.map((name) => [name, name])))
      .getQueryAndParameters();
    return {
      sql,
      order: parameters.flatMap((given) => names.find((name) => name === given) ?? []),
    };
  }
}
