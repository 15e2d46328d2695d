import type { DataSource, QueryRunner } from 'typeorm';
import { careFor, discard, withCare } from './pooled-connections.js';

/**
 * How long a statement may take in all, the waiting for a connection included. Later than the bounds of the
 * standalone server, which have the database itself give up; well below the grace period of 10 s.
 */
const DEADLINE_MS = 6_500;

/** The database, or whatever lies between, says nothing. It may have done what it was told, and may do it yet. */
class NoAnswerError extends Error {
  constructor() {
    super('The database did not answer in time');
  }
}

/**
 * Lets statements run on a connection of the pool, and gives that back. A connection that does not answer is
 * destroyed: it still owes an answer, and others would wait for theirs behind it.
 *
 * @param statements are not begun when the connection came too late
 */
export async function onBoundedConnection<Answer>(
  dataSource: DataSource,
  statements: (runner: QueryRunner) => Promise<Answer>,
): Promise<Answer> {
  careFor(dataSource);
  const runner = dataSource.createQueryRunner('master');
  let isLate = false;
  let isConnected = false;
  const work = async (): Promise<Answer> => {
    try {
      await runner.connect();
      isConnected = true;
      if (isLate) throw new NoAnswerError();
      return await withCare(dataSource, runner, () => statements(runner));
    } finally {
      await runner.release();
    }
  };
  return new Promise((resolve, reject) => {
    const impatience = setTimeout(() => {
      isLate = true;
      reject(new NoAnswerError());
      if (isConnected) void discard(runner, NoAnswerError.name).catch(() => {});
    }, DEADLINE_MS);
    void work()
      .then(resolve, reject)
      .finally(() => clearTimeout(impatience));
  });
}
