import { resolveOptions } from '../../src/auth/auth.options.js';
import { type Conditions, drawConditions } from './conditions.js';
import type { SimulatedDatabase } from './database.js';
import { Faults } from './faults.js';
import { Ledger } from './ledger.js';
import { Network } from './network.js';
import { Owner } from './owner.js';
import { Random } from './random.js';
import { Referee } from './referee.js';
import { Scheduler } from './scheduler.js';
import { Server, type Surroundings } from './server.js';
import { Thief } from './thief.js';
import { Trace } from './trace.js';

const BEGAN_MS = Date.UTC(2026, 0, 1);

const SECRETS = {
  accessSecret: 'access secret of the simulation, 32 bytes',
  refreshSecret: 'refresh secret of the simulation, 32 bytes',
};

/** After so long nothing is under way, every confirmation is with every instance, and no grace period lasts. */
const AFTER_GRACE_MS = 20_000;

/** A schedule takes two minutes of simulated time. One that takes so long waits for what does not come. */
const ENDLESS_MS = 600_000;

/** What came of one schedule. */
export interface Played {
  /** Which property was broken, and how; null when none was. */
  readonly violation: string | null;
  readonly trace: string;
}

/** Plays the schedule of a seed: the same each time. */
export async function playSchedule(database: SimulatedDatabase, seed: number): Promise<Played> {
  await database.empty();
  const schedule = new Schedule(database, new Random(seed));
  return schedule.play();
}

const numbered = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);

class Schedule {
  private readonly scheduler = new Scheduler();
  private readonly conditions: Conditions;
  private readonly around: Surroundings;
  private readonly faults: Faults;
  private readonly servers: readonly Server[];
  private readonly owners: readonly Owner[];
  private readonly thief: Thief;
  private isOver = false;

  constructor(database: SimulatedDatabase, random: Random) {
    const { scheduler } = this;
    const conditions = drawConditions(random);
    const trace = new Trace(() => scheduler.nowMs);
    const databaseMs = (): number => BEGAN_MS + scheduler.nowMs;
    const toleranceMs = (): number => 10 + this.faults.clockErrorMs;
    const ledger = new Ledger(databaseMs, (row, what) =>
      trace.tell('database', `${ledger.labelOf(row.id, row.generation)} ${what}`),
    );
    const referee = new Referee(conditions, ledger, databaseMs, toleranceMs);
    const users = {
      authenticate: async () => null,
      findById: async (id: string) => ({ id, username: id }),
    };
    const config = { ...resolveOptions({ ...SECRETS, ...conditions.auth, users }), users };
    const network = new Network(scheduler, random, conditions.badness);
    const isUp = (): boolean => this.faults.isUp;
    const shared = { config, scheduler, random, network, database, ledger, referee, trace };
    this.around = { ...shared, databaseMs, isUp };
    this.conditions = conditions;
    this.servers = numbered(conditions.instances).map(
      (number) => new Server(`server ${number}`, this.around),
    );
    this.owners = numbered(conditions.owners).map(
      (number) => new Owner(`owner ${number}`, this.around, this.servers, conditions.isKeyed),
    );
    this.thief = new Thief('thief', this.around, this.servers);
    this.faults = new Faults(this.around, this.servers);
  }

  async play(): Promise<Played> {
    const { referee, trace } = this.around;
    trace.tell('', JSON.stringify(this.conditions));
    void this.lead().catch((error: unknown) => referee.fail('a', String(error)));
    await this.scheduler.run(() => {
      this.faults.measureClocks();
      if (this.scheduler.nowMs > ENDLESS_MS) referee.fail('a', 'the schedule does not end');
      return this.isOver || referee.violation !== null;
    });
    return { violation: referee.violation, trace: trace.toString() };
  }

  private async lead(): Promise<void> {
    const { owners, thief, servers, faults, scheduler } = this;
    const { lastsMs, hasFaults } = this.conditions;
    await Promise.all(servers.map((server) => server.start()));
    const parties = owners.map((owner) => owner.live(lastsMs));
    if (this.conditions.thief !== 'none') {
      const knowsKeys = this.conditions.thief === 'has tokens and keys';
      parties.push(thief.live(owners, knowsKeys, lastsMs));
    }
    if (hasFaults) parties.push(faults.happen(lastsMs));
    await scheduler.sleep(lastsMs);
    this.around.network.calmSinceMs = lastsMs;
    this.around.trace.tell('', 'from now on nothing fails');
    await Promise.all(parties);
    await faults.end();
    await this.settle();
    this.around.referee.checkTold();
    this.isOver = true;
  }

  /**
   * Once nothing fails any more: whoever's session nobody has ended goes on, and where the thief gets anything at
   * all, its owner does not go on beside him.
   */
  private async settle(): Promise<void> {
    const { scheduler } = this;
    await scheduler.sleep(AFTER_GRACE_MS);
    for (const owner of this.owners) await owner.refreshAndUse();
    await scheduler.sleep(AFTER_GRACE_MS);
    const robbed = await this.thief.presentAll();
    await this.thief.useAll();
    await scheduler.sleep(AFTER_GRACE_MS);
    for (const sessionId of robbed) {
      const owner = this.owners.find(({ stored }) => stored?.session_id === sessionId);
      if (owner !== undefined && (await owner.refreshAndUse())) {
        this.around.referee.fail('b', 'the thief and the owner go on side by side');
      }
    }
  }
}
