import type { Logger } from 'typeorm';

/** TypeORM's own logger writes slow statements with their values, whatever `logging` says. This one does not. */
export class SilentLogger implements Logger {
  logQuery(): void {}
  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}
