import { CreateRefreshTokens1764000000000 } from 'nestjs-baton/migrations';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { RefreshToken } from '../../src/sessions/refresh-token.entity.js';
import { SessionTable } from '../../src/sessions/session-table.js';
import { IN_MEMORY } from '../host/databases.js';

/** What the referee looks at in a session's row. */
export interface Row {
  readonly id: string;
  readonly user_id: string;
  readonly token_hash: string;
  readonly generation: number;
  readonly parent_generation: number | null;
  readonly confirmed_at: number | null;
  readonly revoked_at: number | null;
  readonly revoked_reason: string | null;
  readonly expires_at: number;
}

/** Every row, with every column: what a standby had. */
export type Copy = readonly Readonly<Record<string, unknown>>[];

/** The one store: the real table on SQLite in memory. One for all schedules, emptied before each. */
export class SimulatedDatabase {
  private constructor(readonly dataSource: DataSource) {}

  static async open(): Promise<SimulatedDatabase> {
    const dataSource = new DataSource({
      ...IN_MEMORY,
      entities: [RefreshToken],
      migrations: [CreateRefreshTokens1764000000000],
      migrationsRun: true,
    });
    return new SimulatedDatabase(await dataSource.initialize());
  }

  rows(): Promise<Row[]> {
    return this.dataSource.query<Row[]>('SELECT * FROM refresh_tokens');
  }

  copy(): Promise<Copy> {
    return this.dataSource.query<Copy>('SELECT * FROM refresh_tokens');
  }

  async empty(): Promise<void> {
    await this.dataSource.query('DELETE FROM refresh_tokens');
  }

  /** A standby takes over, and has not heard of what came after its copy. */
  async rollBack(copy: Copy): Promise<void> {
    await this.empty();
    for (const row of copy) {
      const places = Object.keys(row).map(() => '?');
      await this.dataSource.query(
        `INSERT INTO refresh_tokens (${Object.keys(row).join(', ')}) VALUES (${places.join(', ')})`,
        Object.values(row),
      );
    }
  }

  close(): Promise<void> {
    return this.dataSource.destroy();
  }
}

/** The real table, each of whose statements has a way to the database and one back. */
export class SimulatedTable extends SessionTable {
  constructor(
    dataSource: DataSource,
    private readonly travel: <Answer>(statement: () => Promise<Answer>) => Promise<Answer>,
  ) {
    super(dataSource);
  }

  override run<Answer>(statement: (runner: QueryRunner) => Promise<Answer>): Promise<Answer> {
    return this.travel(() => super.run(statement));
  }

  override transaction<Answer>(
    statements: (manager: EntityManager) => Promise<Answer>,
  ): Promise<Answer> {
    return this.travel(() => super.transaction(statements));
  }
}
