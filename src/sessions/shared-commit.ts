/** What a statement takes. */
type Values = readonly (string | number)[];

/** A connection that answers at once, as `better-sqlite3` has it; as much of it as is used here. */
export interface SynchronousConnection {
  prepare(sql: string): { run(...values: unknown[]): { readonly changes: number } };
  transaction<Result>(work: (all: readonly Values[]) => Result): {
    immediate(all: readonly Values[]): Result;
  };
}

/** Somebody who waits for the commit. */
interface Waiting {
  readonly values: Values;
  readonly resolve: (changes: number) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Runs a statement for everybody who asks within one turn of the event loop, and commits once: on SQLite the
 * commit costs more than what is committed. Nobody is answered before it, and if it fails, everybody is told.
 */
export class SharedCommit {
  private readonly runAll: (all: readonly Values[]) => number[];
  private waiting: Waiting[] = [];

  constructor(
    readonly connection: SynchronousConnection,
    sql: string,
  ) {
    const statement = connection.prepare(sql);
    const run = (values: Values): number => statement.run(...values).changes;
    const transaction = connection.transaction((all) => all.map(run));
    // One statement is a transaction by itself. Locked from the start, many wait for another process as one does.
    this.runAll = (all) => (all.length === 1 ? all.map(run) : transaction.immediate(all));
  }

  /** @returns how many rows the statement changed with these values */
  run(values: Values): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.waiting.length === 0) setImmediate(() => this.commit());
      this.waiting.push({ values, resolve, reject });
    });
  }

  private commit(): void {
    const all = this.waiting;
    this.waiting = [];
    try {
      const changes = this.runAll(all.map(({ values }) => values));
      all.forEach(({ resolve }, place) => resolve(changes[place] ?? 0));
    } catch (error) {
      for (const { reject } of all) reject(error);
    }
  }
}
