import type { Subject } from '../table/subjects.js';
import type { LineUp, Row } from '../table/workloads.js';
import { type FreshDatabase, freshDatabase } from './databases.js';
import { type Contestant, type RoundOptions, playRounds } from './rounds.js';
import { type Sample, sumUp } from './samples.js';
import { type Server, keepApart, startServer } from './server.js';

/** How line-ups are played. */
export interface LineUpOptions extends RoundOptions {
  /** Where servers leave CPU profiles; null for nowhere. */
  readonly profile: string | null;
}

/**
 * Starts everything that is compared, in new processes, plays the rounds for each number of connections and ends it: a
 * server that is idle costs nothing.
 */
export async function playLineUp(
  lineUp: LineUp,
  repetition: number,
  options: LineUpOptions,
): Promise<Sample[]> {
  const { isPinned = true, turnMs = options.turnMs } = lineUp;
  keepApart(isPinned);
  const started = new Started(isPinned, options.profile);
  const samples: Sample[] = [];
  const round = String(repetition);
  try {
    for (const [nth, connections] of lineUp.connections.entries()) {
      const contestants = await contestantsOf(lineUp, connections, started);
      const warmTurns = nth === 0 ? options.warmTurns : 1;
      const shown = await playRounds(contestants, { ...options, turnMs, warmTurns }, repetition);
      for (const [{ workload, subject }, records] of shown)
        samples.push({ workload, subject, connections, round, figures: sumUp(records) });
    }
    return samples;
  } finally {
    await started.end();
  }
}

async function contestantsOf({ rows }: LineUp, connections: number, started: Started) {
  const contestants: Contestant[] = [];
  for (const row of rows) {
    for (const subject of row.subjects) {
      const { servers, database } = await started.group(row, subject);
      const own = servers.slice(0, row.processes ?? 1);
      const play = await row.play({ api: subject.api, servers: own, database, connections });
      contestants.push({ workload: row.workload, subject: row.as ?? subject.name, play });
    }
  }
  return contestants;
}

/** The servers of one subject on one database. */
interface Group {
  readonly database: FreshDatabase;
  readonly servers: Server[];
}

/** What a line-up has started. */
class Started {
  private readonly groups = new Map<string, Group>();

  constructor(
    private readonly isPinned: boolean,
    private readonly profile: string | null,
  ) {}

  /** As many servers as a row needs, on a database that rows of its kind share. */
  async group({ database: kind = 'sqlite', processes = 1 }: Row, subject: Subject): Promise<Group> {
    const key = `${subject.name} ${kind}`;
    const group = this.groups.get(key) ?? { database: await freshDatabase(kind), servers: [] };
    this.groups.set(key, group);
    while (group.servers.length < processes) group.servers.push(await this.start(subject, group));
    return group;
  }

  /** Servers first, then their databases. */
  async end(): Promise<void> {
    for (const { servers, database } of this.groups.values()) {
      await Promise.all(servers.map((server) => server.stop()));
      await database.drop();
    }
  }

  private start(subject: Subject, { database: { url } }: Group): Promise<Server> {
    const { isPinned, profile } = this;
    return startServer(subject, { databaseUrl: url, isPinned, profile });
  }
}
