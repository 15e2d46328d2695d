import { DATABASES, type DatabaseKind } from './database-kinds.js';
import { isListening } from './listening.js';

export { DATABASES, type DatabaseKind, type FreshDatabase, IN_MEMORY } from './database-kinds.js';
export { isListening } from './listening.js';

const available = await Promise.all(
  DATABASES.map(async ({ port }) => port === undefined || (await isListening(port))),
);

/**
 * Describes a suite once for each database. One that is not there is a failure under `CI=true` and a skip
 * that says so elsewhere.
 */
export function describeOnEachDatabase(suite: (database: DatabaseKind) => void): void {
  DATABASES.forEach((database, index) => {
    if (available[index] === true || process.env['CI'] === 'true') {
      describe(`on ${database.name}`, () => suite(database));
    } else {
      it.skip(`on ${database.name}: nothing listens on port ${database.port}`, () => {});
    }
  });
}
