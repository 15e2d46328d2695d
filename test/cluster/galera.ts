import { setTimeout as sleep } from 'node:timers/promises';
import { startOwnGalera } from '../host/own-galera.js';
import type { OwnMariadb } from '../host/own-mariadb.js';
import type { Switchboard } from '../host/switchboard.js';
import { Fleet, by } from './fleet.js';
import { type Scenario, lineTo } from './play.js';

const NODES = 3;
/** Until whoever watches the nodes sends its clients to another one. */
const NOTICED_MS = 1_000;
/** The others go on without a node after five seconds of silence. */
const FORGOTTEN_MS = 6_000;
const STANDS_STILL_MS = 9_000;
const CALM_MS = 1_000;

/** Three nodes, each with an instance of its own that writes there. The first has run the migrations. */
async function cluster() {
  const nodes = await startOwnGalera(NODES);
  const lines = await Promise.all(nodes.map(lineTo));
  const variables = nodes.map((node, index) => ({
    DATABASE_URL: by(at(lines, index), node.url()),
  }));
  const migrating = await Fleet.on(variables.slice(0, 1));
  await migrating.kill(0);
  return { nodes, lines, fleet: await Fleet.on(variables) };
}

export const GALERA: readonly Scenario[] = [
  {
    name: 'what was answered is kept when a node is killed, and when it comes back',
    setUp: async () => {
      const { nodes, lines, fleet } = await cluster();
      const [lost, other] = [at(nodes, 0), at(nodes, 1)];
      const breakAndMend = async () => {
        await lost.stop('SIGKILL');
        await sleep(NOTICED_MS);
        at(lines, 0).target = other.port;
        await sleep(FORGOTTEN_MS);
        await lost.startAgain();
        at(lines, 0).target = lost.port;
        at(lines, 0).cut();
      };
      return { fleet, breakAndMend, backWithinMs: 10_000 };
    },
  },
  {
    name: 'nothing waits without end for a node that stands still, and nothing is lost when it goes on',
    setUp: async () => {
      const { nodes, fleet } = await cluster();
      const breakAndMend = async () => {
        at<OwnMariadb>(nodes, 1).freeze();
        await sleep(STANDS_STILL_MS);
        at<OwnMariadb>(nodes, 1).thaw();
        await sleep(CALM_MS);
      };
      return { fleet, breakAndMend, backWithinMs: 10_000 };
    },
  },
];

function at<Item extends OwnMariadb | Switchboard>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) throw new Error(`There is no node ${index}`);
  return item;
}
