import { AbstractLogger, type DataSource } from 'typeorm';

/** A statement as it was sent to the database. */
interface Sent {
  readonly sql: string;
  readonly values: unknown[];
}

/** Keeps what is sent to the database; the `logger` of a data source. */
export class Notebook extends AbstractLogger {
  private sent: Sent[] = [];

  override logQuery(sql: string, values: unknown[] = []): void {
    this.sent.push({ sql, values });
  }

  /** What `work` has sent about a table. */
  async during(table: string, work: () => Promise<unknown>): Promise<readonly Sent[]> {
    this.sent = [];
    await work();
    return this.sent.filter(({ sql }) => sql.includes(table));
  }

  protected override writeLog(): void {}
}

/** How a database does a statement. */
export interface Plan {
  /** Whether it reads a table, or an index, from one end to the other. */
  readonly isScan: boolean;
  /** What it goes by, in the words of the database. */
  readonly key: string;
}

export async function planOf(source: DataSource, { sql, values }: Sent): Promise<Plan> {
  const type: string = source.options.type;
  switch (type) {
    case 'postgres': {
      const rows = await source.query(`EXPLAIN ${sql}`, values);
      const text = rows.map((row: Record<string, string>) => row['QUERY PLAN']).join('\n');
      return { isScan: /Seq Scan/.test(text), key: text };
    }
    case 'mariadb': {
      const [row] = await source.query(`EXPLAIN ${sql}`, values);
      return { isScan: row.type === 'ALL' || row.type === 'index', key: String(row.key) };
    }
    default: {
      const rows = await source.query(`EXPLAIN QUERY PLAN ${sql}`, values);
      const text = rows.map(({ detail }: { detail: string }) => detail).join('\n');
      return { isScan: /SCAN/.test(text), key: text };
    }
  }
}
