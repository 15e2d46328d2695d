import { Logger } from '@nestjs/common';
import { machineTime } from './clock.js';
import { type DatabaseFault, type DatabaseFaultKind, faultOf } from './database-fault.js';
import { AuthError, InvalidRequestError, UnavailableError } from './errors.js';

/**
 * Waits for what a database answers. Whoever asked learns only whether repeating is right; the cause is logged,
 * once a minute for each, without any value that a statement held.
 *
 * @throws UnavailableError when the database cannot do it now; nothing was consumed
 * @throws InvalidRequestError when it has no place for the characters of a value
 * @throws AuthError `server_error` when the statement itself is at fault, and will be the next time
 */
export async function databaseAnswer<Result>(statement: Promise<Result>): Promise<Result> {
  try {
    return await statement;
  } catch (error) {
    throw answerTo(error);
  }
}

/** A cause that lasts is told again after this long. */
const TOLD_AGAIN_MS = 60_000;

/** What to do about it. */
const ADVICE: Readonly<Record<DatabaseFaultKind, string>> = {
  absent: '',
  'read-only': ' It takes no writes: was it demoted, or is its file write-protected?',
  full: ' It has no room for what is written: is its disk full?',
  'no-table': ' Run the migrations of nestjs-baton/migrations (docs/integration.md, "The table").',
  'no-column':
    ' Run the migrations of nestjs-baton/migrations: the table is older than this version.',
  'no-entity':
    ' List it in the entities of the data source, entities: [RefreshToken], or set autoLoadEntities: true.',
  conflict: '',
  text: ' The character set of the database, or of the table, has no such characters.',
  statement: ' The statement is at fault, not the database; its values are not written here.',
};

const NO_SUCH_CHARACTERS = 'The request has characters that the database has no place for';

const logger = new Logger('AuthModule');
/** When each cause was told last, by kind and code. */
const toldAtMs = new Map<string, number>();
let foundFullAtMs = Number.NEGATIVE_INFINITY;

/** Whether a statement has found no room for what it writes, after that moment of the monotonic clock. */
export function wasFoundFullSince(monotonicMs: number): boolean {
  return foundFullAtMs > monotonicMs;
}

function answerTo(error: unknown): unknown {
  if (error instanceof UnavailableError) tell(faultOf(error.cause ?? error));
  if (error instanceof AuthError) return error;
  const fault = faultOf(error);
  if (fault.kind !== 'conflict') tell(fault);
  if (fault.kind === 'text') return new InvalidRequestError(NO_SUCH_CHARACTERS);
  if (!isOfTheStatement(fault)) return new UnavailableError('The database is unavailable', error);
  return new AuthError('server_error', 'The server failed to answer', { cause: error });
}

function isOfTheStatement({ kind }: DatabaseFault): boolean {
  return kind === 'statement' || kind === 'no-column' || kind === 'conflict';
}

function tell({ kind, code, sentence }: DatabaseFault): void {
  const nowMs = machineTime.monotonicMs();
  if (kind === 'full') foundFullAtMs = nowMs;
  const cause = `${kind} ${code}`;
  if (nowMs - (toldAtMs.get(cause) ?? Number.NEGATIVE_INFINITY) < TOLD_AGAIN_MS) return;
  toldAtMs.set(cause, nowMs);
  const words = sentence === null ? code : `${sentence} (${code}).`;
  logger.error(`The database did not do as it was told: ${words}${ADVICE[kind]}`);
}
