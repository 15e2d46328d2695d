import { jest } from '@jest/globals';
import { CLOCKS } from './clocks.js';
import { GALERA } from './galera.js';
import { mariadb, onOneServer, postgres } from './one-server.js';
import { PGBOUNCER } from './pgbouncer.js';
import { play, tidyUp } from './play.js';
import { POSTGRES } from './postgres.js';
import { VERSIONS } from './versions/versions.js';

/** Longer than any scenario takes on a machine that has much else to do. */
jest.setTimeout(300_000);

afterEach(tidyUp);

/** @see issue 15 */
describe.each([
  ['on PostgreSQL with a standby', POSTGRES],
  ['on PostgreSQL', onOneServer(postgres)],
  ['on MariaDB', onOneServer(mariadb)],
  ['on Galera', GALERA],
  ['behind PgBouncer', PGBOUNCER],
  ['with skewed clocks', CLOCKS],
  ['with two versions', VERSIONS],
] as const)('%s', (_setting, scenarios) => {
  it.each(scenarios)('$name', async (scenario) => {
    expect(await play(scenario)).toEqual([]);
  });
});
