import { setTimeout as sleep } from 'node:timers/promises';
import { OwnMariadb } from '../host/own-mariadb.js';
import { OwnPostgres } from '../host/own-postgres.js';
import type { Switchboard } from '../host/switchboard.js';
import { Fleet, by } from './fleet.js';
import { type Scenario, lineTo } from './play.js';

/** A database server that a scenario breaks. */
interface Server {
  readonly url: string;
  readonly port: number;
  crash(): Promise<void>;
  startAgain(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

const INSTANCES = 3;
/** Longer than the grace period, which is 10 s. */
const STANDS_STILL_MS = 11_000;
const DOWN_MS = 2_000;
/** How long answers vanish before the database stands still: those clients have lost theirs for good. */
const ANSWERS_VANISH_MS = 300;
const SPOILT_MS = 4_000;
const DELAY_MS = 100;

export async function postgres(): Promise<Server> {
  const server = await OwnPostgres.start();
  return Object.assign(server, { crash: () => server.stop('SIGQUIT') });
}

export async function mariadb(): Promise<Server> {
  // What is committed is in the file when the process is killed.
  const server = await OwnMariadb.start(['--innodb-flush-log-at-trx-commit=2']);
  const { port } = server;
  return {
    url: server.url(),
    port,
    crash: () => server.stop('SIGKILL'),
    startAgain: () => server.startAgain(),
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
  };
}

/** Spoils every so manieth answer. */
function everyNth(nth: number, line: Switchboard, fate: 'vanishes' | 'is cut'): void {
  let answers = 0;
  line.fateOfAnswer = () => ((answers += 1) % nth === 0 ? fate : 'arrives');
}

/** What may happen to any server, and to the line that leads there. */
export function onOneServer(start: () => Promise<Server>): readonly Scenario[] {
  type Breaking = (server: Server, line: Switchboard, fleet: Fleet) => Promise<void>;
  const scenario = (name: string, backWithinMs: number, breaking: Breaking): Scenario => ({
    name,
    setUp: async () => {
      const server = await start();
      const line = await lineTo(server);
      const variables = { DATABASE_URL: by(line, server.url) };
      const fleet = await Fleet.on(Array.from({ length: INSTANCES }, () => variables));
      return { fleet, backWithinMs, breakAndMend: () => breaking(server, line, fleet) };
    },
  });

  return [
    scenario(
      'what was answered is kept when the database crashes and is started again',
      5_000,
      async (server) => {
        await server.crash();
        await sleep(DOWN_MS);
        await server.startAgain();
      },
    ),
    scenario(
      'nothing waits without end for a database that stands still, and answers lost for longer than the grace period are recovered',
      10_000,
      async (server, line) => {
        line.fateOfAnswer = () => 'vanishes';
        await sleep(ANSWERS_VANISH_MS);
        server.freeze();
        await sleep(STANDS_STILL_MS);
        line.fateOfAnswer = () => 'arrives';
        server.thaw();
      },
    ),
    scenario(
      'a client that has its pair finds its session alive when instances are killed',
      5_000,
      async (_server, _line, fleet) => {
        await Promise.all([fleet.kill(0), fleet.kill(1)]);
        await sleep(DOWN_MS);
        await Promise.all([fleet.startAgain(0), fleet.startAgain(1)]);
      },
    ),
    scenario(
      'a line that delays what is said and resets connections logs nobody out',
      5_000,
      async (_server, line) => {
        line.delayMs = DELAY_MS;
        for (let times = 0; times < 4; times += 1) {
          await sleep(SPOILT_MS / 4);
          line.reset();
        }
        line.delayMs = 0;
      },
    ),
    scenario(
      'a refresh whose answer was cut after the commit is repeated to the same successor',
      5_000,
      async (_server, line) => {
        everyNth(4, line, 'is cut');
        await sleep(SPOILT_MS);
        line.fateOfAnswer = () => 'arrives';
      },
    ),
    scenario(
      'connections whose answers vanish, or that a proxy forgot, are given up in time',
      10_000,
      async (_server, line) => {
        everyNth(10, line, 'vanishes');
        await sleep(SPOILT_MS);
        line.fateOfAnswer = () => 'arrives';
        line.hold();
        line.letThrough();
      },
    ),
  ];
}
