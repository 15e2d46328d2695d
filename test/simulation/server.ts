import { AsyncLocalStorage } from 'node:async_hooks';
import { AuthError, type TokenPairBody } from 'nestjs-baton';
import type { AuthConfig } from '../../src/auth/auth.options.js';
import { UnavailableError } from '../../src/errors.js';
import { type SimulatedDatabase, SimulatedTable } from './database.js';
import { type Instance, startInstance } from './instance.js';
import type { Ledger, Presentation } from './ledger.js';
import type { Network } from './network.js';
import type { Outcome, Referee } from './referee.js';
import type { Random } from './random.js';
import type { Scheduler } from './scheduler.js';
import type { Trace } from './trace.js';

/** What all servers of one schedule share. */
export interface Surroundings {
  readonly config: AuthConfig;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly network: Network;
  readonly database: SimulatedDatabase;
  readonly ledger: Ledger;
  readonly referee: Referee;
  readonly trace: Trace;
  /** The database's time. Unix milliseconds. */
  readonly databaseMs: () => number;
  /** Whether the database answers. */
  readonly isUp: () => boolean;
}

/** Which presentation a statement belongs to. */
const underWay = new AsyncLocalStorage<Presentation>();

/** How often a process does beside its requests what `BackgroundTasks` has timers for. Milliseconds. */
const EVERY_MS = { measure: 1000, flush: 500, poll: 2500 };

/** A place where a process runs, with its clocks; it dies, and is started anew. */
export class Server {
  /** Null while it is down. */
  running: Instance | null = null;
  private life = 0;
  /** The access tokens that this process has let in. */
  private seen = new Set<string>();
  private wallMs = 0;
  private readonly zeroMs: number;

  constructor(
    readonly name: string,
    private readonly around: Surroundings,
  ) {
    this.zeroMs = around.random.between(0, 1_000_000);
    this.moveClock();
  }

  /** Somebody sets the machine's clock. */
  moveClock(): void {
    this.wallMs = this.around.random.between(-600_000, 600_000);
  }

  async start(): Promise<void> {
    const { config, scheduler, database, trace, referee } = this.around;
    this.life += 1;
    const table = new SimulatedTable(database.dataSource, this.travel());
    const monotonicMs = () => scheduler.nowMs - this.zeroMs;
    const wallMs = () => this.around.databaseMs() + this.wallMs;
    const askMs = () => this.travel()(async () => this.around.databaseMs());
    const instance = startInstance(config, table, { monotonicMs, wallMs }, askMs);
    instance.events.all.subscribe((event) => {
      if (event.type !== 'session.revoked') return;
      const session = this.around.ledger.labelOf(event.sessionId, 0).slice(0, -1);
      trace.tell(this.name, `tells that ${session} was revoked: ${event.reason}`);
      referee.hear(this.name, event.sessionId, event.atMs);
    });
    await instance.clock.measure().catch(() => {});
    await instance.list.refresh().catch(() => {});
    this.running = instance;
    trace.tell(this.name, 'is up');
    this.keepUp(instance);
  }

  kill(): void {
    this.life += 1;
    this.running = null;
    this.seen = new Set();
    this.around.referee.forget(this.name);
    this.around.trace.tell(this.name, 'is killed');
  }

  /** Whether this process meets an access token for the first time. */
  isNew(token: string): boolean {
    const isNew = !this.seen.has(token);
    this.seen.add(token);
    return isNew;
  }

  /** How far its idea of the time is from the database's. Milliseconds. */
  get clockErrorMs(): number {
    const { running } = this;
    return running === null ? 0 : Math.abs(running.clock.nowMs() - this.around.databaseMs());
  }

  /** Does what a request asks for, unless the process dies meanwhile. */
  serve<Answer>(
    work: (instance: Instance) => Promise<Answer> | Answer,
    reply: (outcome: Outcome<Answer>) => void,
  ): void {
    const { life, running } = this;
    // Nobody listens: whoever connects hears so.
    if (running === null) return reply({ code: 'unavailable' });
    const answer = async (): Promise<void> => {
      const outcome = await outcomeOf(() => work(running), this.around.referee);
      if (life === this.life) reply(outcome);
    };
    void answer();
  }

  /** A refresh, as the referee has to see it. */
  refresh(
    presentation: Omit<Presentation, 'instance' | 'arrivedMs' | 'endedMs'>,
    token: string,
    reply: (outcome: Outcome<TokenPairBody>) => void,
  ): void {
    const { scheduler, referee, network } = this.around;
    const times = { arrivedMs: this.around.databaseMs(), endedMs: Number.POSITIVE_INFINITY };
    const seen: Presentation = { ...presentation, instance: this.name, ...times };
    if (this.running !== null) referee.present(seen);
    const isCalm = network.isCalm && scheduler.nowMs > network.calmSinceMs + 10_000;
    underWay.run(seen, () => {
      const options = { idempotencyKey: seen.key };
      this.serve(
        ({ auth }) => auth.refresh(token, options),
        (outcome) => {
          if (this.running !== null) referee.answer(seen, outcome, isCalm);
          reply(outcome);
        },
      );
    });
  }

  private keepUp(instance: Instance): void {
    const { referee, databaseMs } = this.around;
    this.repeat(EVERY_MS.measure, () => instance.clock.measure());
    this.repeat(EVERY_MS.poll, () => instance.list.refresh());
    this.repeat(EVERY_MS.flush, async () => {
      const beforeMs = databaseMs();
      await instance.seenTokens.flush();
      referee.flushed(this.name, beforeMs);
    });
    this.repeat(EVERY_MS.flush, () => instance.revoked.settle());
  }

  /** As long as this process lives. What fails is done the next time. */
  private repeat(everyMs: number, task: () => Promise<void>): void {
    const { life } = this;
    const again = (): void => {
      if (life !== this.life) return;
      void task()
        .catch(() => {})
        .then(() => this.around.scheduler.after(everyMs, again));
    };
    this.around.scheduler.after(this.around.random.between(1, everyMs), again);
  }

  /** The way of a statement to the database and back, which a process that dies does not hear of. */
  private travel() {
    const { life } = this;
    return async <Answer>(statement: () => Promise<Answer>): Promise<Answer> => {
      const by = underWay.getStore() ?? null;
      const outcome = await this.around.network.ask<Outcome<Answer>>(async (reply) => {
        if (!this.around.isUp()) return reply({ code: 'unavailable' });
        reply(await this.execute(statement, life === this.life ? this.name : null, by));
      });
      if (life !== this.life) return new Promise(() => {});
      if (outcome === null || 'code' in outcome) throw new UnavailableError('No answer in time');
      return outcome.answer;
    };
  }

  private async execute<Answer>(
    statement: () => Promise<Answer>,
    instance: string | null,
    by: Presentation | null,
  ): Promise<Outcome<Answer>> {
    const { database, ledger, referee } = this.around;
    const outcome = await outcomeOf(statement, referee);
    const rows = await database.rows();
    referee.see(ledger.note(rows, instance, by), rows);
    return outcome;
  }
}

/** Errors of the contract are answers; any other is a fault. */
async function outcomeOf<Answer>(
  ask: () => Promise<Answer> | Answer,
  referee: Referee,
): Promise<Outcome<Answer>> {
  try {
    return { answer: await ask() };
  } catch (error) {
    if (error instanceof AuthError) return { code: error.code };
    referee.fail('a', `an error that no answer names: ${String(error)}`);
    return { code: 'server_error' };
  }
}
