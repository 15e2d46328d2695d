import { setTimeout as sleep } from 'node:timers/promises';
import { OwnPgBouncer } from '../host/own-pgbouncer.js';
import { OwnPostgres } from '../host/own-postgres.js';
import { Fleet } from './fleet.js';
import type { Scenario } from './play.js';

const DOWN_MS = 1_000;

export const PGBOUNCER: readonly Scenario[] = (['transaction', 'session'] as const).map((mode) => ({
  name: `what was answered is kept when a pooler by ${mode} is killed, and the server behind it restarts`,
  setUp: async () => {
    const server = await OwnPostgres.start();
    const pooler = await OwnPgBouncer.start(server, mode);
    const variables = { DATABASE_URL: pooler.url };
    const fleet = await Fleet.on([variables, variables]);
    const breakAndMend = async () => {
      await pooler.kill();
      await sleep(DOWN_MS);
      await pooler.startAgain();
      await sleep(DOWN_MS);
      await server.stop();
      await server.startAgain();
    };
    return { fleet, breakAndMend, backWithinMs: 10_000 };
  },
}));
