import { Player } from '../harness/player.js';
import type { ServerProcess } from '../harness/server-process.js';
import type { Subject } from '../harness/subjects.js';

/** A subject on the stage. */
export interface Stage {
  readonly server: ServerProcess;
  readonly subject: Subject;
  /** Whether its clients send an `Idempotency-Key`. */
  readonly bound: boolean;
}

/** One column of the table of races: what is played, and what is to be seen at its end. */
export interface Scene {
  readonly title: string;
  play(stage: Stage): Promise<string>;
}

const MINUTE = 60;
const HOUR = 3600;

const login = ({ server, subject, bound }: Stage): Promise<Player> =>
  Player.loggedIn(server.port, subject.protocol, bound);

async function whoIsIn(owner: Player, thief: Player): Promise<string> {
  const thiefGoesOn = await thief.goesOn();
  const ownerGoesOn = await owner.goesOn();
  const thiefStillIn = thiefGoesOn && (await thief.goesOn());
  if (ownerGoesOn && thiefStillIn) return '**both go on, unseen**';
  if (ownerGoesOn) return 'owner goes on, thief is out';
  return thiefStillIn ? '**owner is out, thief goes on**' : 'caught: session ended for both';
}

/** Fifty presentations of one token at the same moment: tabs, retries, doubled requests. */
async function fiftyAtOnce(stage: Stage): Promise<string> {
  const owner = await login(stage);
  const tabs = Array.from({ length: 50 }, () => owner.copy());
  const key = crypto.randomUUID();
  const served = await Promise.all(tabs.map((tab) => tab.refresh(key)));
  const distinct = new Set(
    tabs.filter((_, n) => served[n]).map(({ credential }) => credential.refresh),
  );
  const goOn = await Promise.all(
    Array.from(distinct, async (refresh) => {
      const line = tabs.find(({ credential }) => credential.refresh === refresh);
      return (await line?.refresh()) === true;
    }),
  );
  const lines = goOn.filter(Boolean).length;
  const answered = `${served.filter(Boolean).length} of 50 served`;
  return `${answered}, ${lines === 0 ? '**logged out**' : `${lines} live line${lines > 1 ? 's' : ''}`}`;
}

/** The server rotated, the answer never arrived, and the client repeats what it sent, key and all. */
async function lostResponse(stage: Stage, seconds: number): Promise<string> {
  const owner = await login(stage);
  await owner.use();
  const key = crypto.randomUUID();
  await owner.present(owner.credential, key);
  await stage.server.turnClock(seconds);
  const again = await owner.refresh(key);
  return again && (await owner.goesOn()) ? 'goes on' : '**logged out**';
}

async function theft(
  stage: Stage,
  play: (owner: Player, thief: Player) => Promise<void>,
): Promise<string> {
  const owner = await login(stage);
  await owner.use();
  const thief = owner.copy();
  await play(owner, thief);
  return whoIsIn(owner, thief);
}

/** The thief presents what the owner has just presented, again and again, and never goes ahead. */
async function followed(stage: Stage): Promise<string> {
  const owner = await login(stage);
  await owner.use();
  const thief = owner.copy();
  for (let round = 0; round < 4; round += 1) {
    const ownerIsIn = (await owner.refresh()) && (await owner.use());
    if (!ownerIsIn) return whoIsIn(owner, thief);
    await stage.server.turnClock(1);
    if (!(await thief.refresh())) return whoIsIn(owner, thief);
    await stage.server.turnClock(MINUTE);
  }
  return '**both go on, unseen**';
}

/** Everything that the table shows. */
export const SCENES: readonly Scene[] = [
  { title: '50 at once', play: fiftyAtOnce },
  { title: 'lost response, back after 1 s', play: (stage) => lostResponse(stage, 1) },
  { title: 'lost response, back after an hour', play: (stage) => lostResponse(stage, HOUR) },
  {
    title: 'thief first, uses it; owner a minute later',
    play: (stage) =>
      theft(stage, async (owner, thief) => {
        await thief.refresh();
        await thief.use();
        await stage.server.turnClock(MINUTE);
        await owner.refresh();
      }),
  },
  {
    title: 'owner first, uses it; thief a minute later',
    play: (stage) =>
      theft(stage, async (owner, thief) => {
        await owner.refresh();
        await owner.use();
        await stage.server.turnClock(MINUTE);
        await thief.refresh();
      }),
  },
  {
    title: 'quiet thief: refreshes first, waits until the owner was served',
    play: (stage) =>
      theft(stage, async (owner, thief) => {
        await thief.refresh();
        await stage.server.turnClock(MINUTE);
        await owner.refresh();
        await owner.use();
      }),
  },
  { title: 'thief who follows: a second after each refresh of the owner', play: followed },
];
