import { hash, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';
import { InvalidRequestError, UnavailableError } from '../../errors.js';

/** OWASP's first choice for argon2id, which is the library's default: 19 MiB, two passes, one lane. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** As many as Node has threads for them. More would wait there, where they cannot be called off. */
const AT_ONCE = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4);
/** With more than these, who comes last would wait for longer than anybody does. */
const MOST_WAITING = 1_000;

const turns = pLimit(AT_ONCE);

/** Hashes a password with argon2id; the whole of it counts, whatever bytes it has. See {@link inTurn}. */
export function hashPassword(password: string, signal?: AbortSignal): Promise<string> {
  return inTurn(() => hash(Buffer.from(password, 'utf8'), PARAMETERS), signal);
}

/** Whether a password belongs to a hash. See {@link inTurn}. */
export function verifyPassword(
  passwordHash: string,
  password: string,
  signal?: AbortSignal,
): Promise<boolean> {
  return inTurn(() => verify(passwordHash, Buffer.from(password, 'utf8')), signal);
}

/**
 * Waits for a thread.
 *
 * @throws InvalidRequestError when by then the client is gone: nobody would get the answer
 * @throws UnavailableError when too many wait already
 */
function inTurn<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
  if (turns.pendingCount >= MOST_WAITING) {
    throw new UnavailableError('Too many passwords wait to be checked, try again');
  }
  return turns(() => {
    if (signal?.aborted === true) throw new InvalidRequestError('The client is gone');
    return work();
  });
}
