import { setTimeout as sleep } from 'node:timers/promises';
import { OwnPostgres } from '../host/own-postgres.js';
import { Fleet, by } from './fleet.js';
import { type Scenario, lineTo } from './play.js';

const INSTANCES = 3;
/** How long the asynchronous standby has heard nothing when it takes over. */
const OUT_OF_TOUCH_MS = 2_000;
const STANDS_STILL_MS = 8_000;
/** Longer than the grace period of that scenario, and shorter than a statement may take. */
const LOCKED_SECONDS = 4.5;

/** Instances that reach a primary under one name, and its standby, which may take that over. */
async function replicated(grace = '10s') {
  const primary = await OwnPostgres.start();
  const standby = await primary.startStandby();
  const line = await lineTo(primary);
  const variables = { DATABASE_URL: by(line, primary.url), AUTH_GRACE: grace };
  const fleet = await Fleet.on(Array.from({ length: INSTANCES }, () => variables));
  const takeOver = async () => {
    await standby.promote();
    line.target = standby.port;
  };
  return { primary, standby, fleet, takeOver };
}

export const POSTGRES: readonly Scenario[] = [
  {
    name: 'what was answered is kept when a primary crashes and its synchronous standby takes over',
    setUp: async () => {
      const { primary, fleet, takeOver } = await replicated();
      await primary.waitForStandby();
      const breakAndMend = async () => {
        await primary.stop('SIGQUIT');
        await takeOver();
      };
      return { fleet, breakAndMend, backWithinMs: 5_000 };
    },
  },
  {
    name: 'when an asynchronous standby takes over without the last writes, sessions go on and ended ones stay ended',
    setUp: async () => {
      const { primary, standby, fleet, takeOver } = await replicated();
      const breakAndMend = async () => {
        await standby.loseTouch();
        await sleep(OUT_OF_TOUCH_MS);
        await primary.stop('SIGQUIT');
        await takeOver();
      };
      return { fleet, breakAndMend, backWithinMs: 5_000 };
    },
  },
  {
    name: 'a refresh that fails because a synchronous standby stands still has consumed nothing',
    setUp: async () => {
      const { primary, standby, fleet } = await replicated();
      await primary.waitForStandby();
      const breakAndMend = async () => {
        standby.freeze();
        await sleep(STANDS_STILL_MS);
        standby.thaw();
      };
      return { fleet, breakAndMend, backWithinMs: 5_000 };
    },
  },
  {
    name: 'a primary that is demoted is left for the one that takes over, although its connections stay open',
    setUp: async () => {
      const { primary, fleet, takeOver } = await replicated();
      const breakAndMend = async () => {
        await primary.demote();
        await takeOver();
      };
      return { fleet, breakAndMend, backWithinMs: 5_000 };
    },
  },
  {
    name: 'a table that is locked for longer than the grace period logs nobody out',
    setUp: async () => {
      const { primary, fleet } = await replicated('3s');
      const lock = `LOCK TABLE refresh_tokens IN EXCLUSIVE MODE; SELECT pg_sleep(${LOCKED_SECONDS})`;
      const breakAndMend = async () => void (await primary.tell(lock));
      return { fleet, breakAndMend, backWithinMs: 5_000 };
    },
  },
];
