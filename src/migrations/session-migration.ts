import { type TableKind, TableMigration } from './table-migration.js';

const SESSIONS: TableKind = {
  table: 'refresh_tokens',
  entity: 'RefreshToken',
  ours: [
    ['parentGeneration', 'parent_generation'],
    ['sealedSuccessor', 'sealed_successor'],
  ],
  holds: 'sessions',
  advice:
    'Keep the sessions in another one: AuthModule.forRoot({ table: … }) and refreshTokenMigrations(…), see docs/databases.md',
};

/** A step of the schema of one table of sessions. */
export abstract class SessionMigration extends TableMigration {
  /** @param table as it is given to the entity @default AuthModule's */
  constructor(table?: string) {
    super(SESSIONS, table);
  }
}
