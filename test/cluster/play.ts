import { setTimeout as sleep } from 'node:timers/promises';
import { stopOwnServers } from '../host/own-process.js';
import { Switchboard } from '../host/switchboard.js';
import { cleanUp } from '../standalone/server-process.js';
import { Client, LONGEST_ANSWER_MS } from './client.js';
import type { Fleet } from './fleet.js';
import { Ledger, seconds } from './ledger.js';
import { endsStayEnded, isServed, theftIsNoticed } from './promises.js';

const CLIENTS = 20;
/** How many of them are robbed after the fault. */
const ROBBED = 3;
/** Before the fault and after it. */
const CALM_MS = 1_000;
const BETWEEN_LOOKS_MS = 20;

/** A sentence of the contract, and what might break it. */
export interface Scenario {
  readonly name: string;
  readonly setUp: () => Promise<Setting>;
}

export interface Setting {
  readonly fleet: Fleet;
  /** Breaks something while the clients go on. @returns when it is mended */
  readonly breakAndMend: () => Promise<void>;
  /** Within which everybody is served from then on. */
  readonly backWithinMs: number;
}

const lines: Switchboard[] = [];
let ledger = new Ledger();

/** A line to a server of this machine, which is gone when the scenario is over. */
export async function lineTo({ port }: { readonly port: number }): Promise<Switchboard> {
  const line = await Switchboard.to(port);
  lines.push(line);
  return line;
}

/** Plays a scenario and says on one line what it was like. @returns what the contract does not allow */
export async function play({ setUp }: Scenario): Promise<readonly string[]> {
  ledger = new Ledger();
  const { fleet, breakAndMend, backWithinMs } = await setUp();
  const clients = Array.from(
    { length: CLIENTS },
    (_, number) => new Client(`client-${number}`, fleet, ledger),
  );
  await Promise.all(clients.map((client) => client.signUp()));
  let goesOn = true;
  const lives = Promise.allSettled(clients.map((client) => client.live(() => goesOn)));
  await sleep(CALM_MS);
  await breakAndMend();
  const backMs = await untilServed(clients, backWithinMs);
  await sleep(CALM_MS);
  goesOn = false;
  if (ledger.fouls.length > 0) return [...ledger.fouls, ...fleet.complaints()];
  expect(backMs).toBeLessThan(backWithinMs);
  await lives;
  for (const client of clients) await isServed(client);
  await endsStayEnded(clients, fleet);
  await theftIsNoticed(clients.slice(0, ROBBED), fleet);
  expect(ledger.longestMs).toBeLessThan(LONGEST_ANSWER_MS);
  process.stdout.write(`    served again after ${seconds(backMs)}; ${ledger.summary()}\n`);
  return ledger.fouls;
}

/** Ends whatever a scenario has started, also where it failed. */
export async function tidyUp(): Promise<void> {
  ledger.close();
  for (const line of lines.splice(0)) line.close();
  await cleanUp();
  await stopOwnServers();
}

/** @returns how long it took until every client had a successor once more */
async function untilServed(clients: readonly Client[], atMostMs: number): Promise<number> {
  const mendedAtMs = performance.now();
  for (;;) {
    const waitedMs = performance.now() - mendedAtMs;
    const areServed = clients.every(({ servedAtMs }) => servedAtMs > mendedAtMs);
    if (areServed || waitedMs > atMostMs || ledger.fouls.length > 0) return waitedMs;
    await sleep(BETWEEN_LOOKS_MS);
  }
}
