import { UnavailableError } from './errors.js';

/**
 * Waits for what a database answers. Drivers fail in many ways, from a closed socket to a full disk, and to
 * whoever asked they all mean the same.
 *
 * @throws UnavailableError whatever it was; the cause is for the log
 */
export async function databaseAnswer<Result>(statement: Promise<Result>): Promise<Result> {
  try {
    return await statement;
  } catch (error) {
    if (error instanceof UnavailableError) throw error;
    throw new UnavailableError('The database is unavailable', error);
  }
}
