import { setTimeout as sleep } from 'node:timers/promises';
import { W6 } from '../table/goals.js';
import { NESTS, SERVER, hosts } from '../table/subjects.js';
import { freshDatabase } from './databases.js';
import type { Sample } from './samples.js';
import { startServer } from './server.js';

/** How long servers are left alone before their memory is read. */
const IDLE_MS = 2_000;

/** How long a start takes, one after the other, and the memory of a server that does nothing. */
export async function startsOf(repetition: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const subject of [...NESTS, ...hosts(null), SERVER]) {
    const database = await freshDatabase('sqlite');
    const place = { databaseUrl: database.url, isPinned: true, profile: null };
    const { startMs, memoryMb, stop } = await startServer(subject, place);
    await sleep(IDLE_MS);
    const figures = { startMs, idleMb: memoryMb() };
    await stop();
    await database.drop();
    const round = String(repetition);
    samples.push({ workload: W6, subject: subject.name, connections: 0, round, figures });
  }
  return samples;
}
