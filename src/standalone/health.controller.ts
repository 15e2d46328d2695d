import { Controller, Get, Header } from '@nestjs/common';
import { type DatabaseFaultKind, faultOf } from '../database-fault.js';
import { UnavailableError } from '../errors.js';
import { DatabaseClock } from '../sessions/database-clock.js';
import { RevocationList } from '../sessions/revocation-list.js';
import { Shared } from './redis/redis.module.js';
import { WriteProbe } from './write-probe.js';

/** Whether the server can do its work, and whether it lives. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly probe: WriteProbe,
    private readonly clock: DatabaseClock,
    private readonly revocations: RevocationList,
    private readonly shared: Shared,
  ) {}

  /** Readiness: has the database write, for one that was demoted, or is full, still reads; and what guards rely on. */
  @Get()
  @Header('Cache-Control', 'no-store')
  async health(): Promise<HealthBody> {
    await inTime(this.probe.write()).catch((error: unknown) => {
      throw new NotReadyError('The database is unavailable', causeOf(error), error);
    });
    // As a guard asks, of no session.
    await inTime(Promise.resolve(this.revocations.isRevoked(''))).catch((error: unknown) => {
      throw new NotReadyError('Revocations are too old to trust', 'revocations', error);
    });
    const { state: redis } = this.shared;
    return {
      status: 'ok',
      clock_offset_ms: this.clock.offsetMs,
      ...(redis !== null && { redis }),
    };
  }

  /** Liveness: a restart would not bring a database back. */
  @Get('live')
  @Header('Cache-Control', 'no-store')
  live(): { readonly status: 'ok' } {
    return { status: 'ok' };
  }
}

const PATIENCE_MS = 2_000;

/** What a server that is ready says of itself. */
export interface HealthBody {
  readonly status: 'ok';
  /** How far the database's clock, which counts, is ahead of this machine's. Milliseconds. */
  readonly clock_offset_ms: number;
  /** Whether Redis answers, where there is a `REDIS_URL`; a server whose Redis is away is ready all the same. */
  readonly redis?: 'up' | 'down';
}

/**
 * Why the server cannot do its work: what the database's fault is, `silent` where it does not answer in time (it
 * hangs, or its tables are locked), `revocations` where the list of them is too old to trust.
 */
type Cause = DatabaseFaultKind | 'silent' | 'revocations';

class ImpatienceError extends Error {}

/** Does not wait for a database that hangs. */
async function inTime(asked: Promise<unknown>): Promise<void> {
  await new Promise<unknown>((resolve, reject) => {
    const impatience = setTimeout(() => reject(new ImpatienceError()), PATIENCE_MS);
    void asked.then(resolve, reject).finally(() => clearTimeout(impatience));
  });
}

function causeOf(error: unknown): Cause {
  if (error instanceof ImpatienceError) return 'silent';
  return faultOf(error instanceof UnavailableError ? error.cause : error).kind;
}

/** The 503 of the readiness route carries its `status`, and the cause, beside the two fields. */
class NotReadyError extends UnavailableError {
  constructor(
    sentence: string,
    private readonly why: Cause,
    cause: unknown,
  ) {
    super(sentence, cause);
  }

  override getResponse(): object {
    const { code: error, message: error_description, why: cause } = this;
    return { status: 'unavailable', error, error_description, cause };
  }
}
