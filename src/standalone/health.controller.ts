import { Controller, Get, Header } from '@nestjs/common';
import { UnavailableError } from '../errors.js';
import { DatabaseClock } from '../sessions/database-clock.js';
import { SessionTable } from '../sessions/session-table.js';

const PATIENCE_MS = 2_000;

/** What a server that is ready says of itself. */
export interface HealthBody {
  readonly status: 'ok';
  /** How far the database's clock, which counts, is ahead of this machine's. Milliseconds. */
  readonly clock_offset_ms: number;
}

/** Whether the server can do its work. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly table: SessionTable,
    private readonly clock: DatabaseClock,
  ) {}

  /** Has the database write, though nothing: a demoted one still reads. Does not wait for one that hangs. */
  @Get()
  @Header('Cache-Control', 'no-store')
  async health(): Promise<HealthBody> {
    const asked = this.table.run(({ manager }) =>
      manager.update(this.table.entity, { id: '' }, { revokedReason: null }),
    );
    let timer: NodeJS.Timeout | undefined;
    const impatience = new Promise((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('no answer in time')), PATIENCE_MS);
    });
    try {
      await Promise.race([asked, impatience]);
      return { status: 'ok', clock_offset_ms: this.clock.offsetMs };
    } catch (error) {
      throw new NotReadyError(error);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The 503 of the readiness route carries its `status` beside the two fields. */
class NotReadyError extends UnavailableError {
  constructor(cause: unknown) {
    super('The database is unavailable', cause);
  }

  override getResponse(): object {
    return { status: 'unavailable', error: this.code, error_description: this.message };
  }
}
