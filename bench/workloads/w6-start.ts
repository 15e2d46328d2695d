import { setTimeout as sleep } from 'node:timers/promises';
import { HttpConnection, request } from '../driver/http-connection.js';
import type { Bench } from '../harness/bench.js';
import { withServer } from '../harness/line-up.js';
import { PLATFORMS, STANDALONE, type Subject, bareTypeorm, baton } from '../harness/subjects.js';
import { median } from '../harness/samples.js';

/** How long a server is left alone before its memory is read. */
const IDLE_MS = 3_000;

interface Start {
  readonly subject: string;
  readonly answerMs: number;
  readonly idleMb: number;
}

/** From spawn to the first answer, and the memory of a server that does nothing. */
export async function w6(bench: Bench): Promise<void> {
  const ours = PLATFORMS.flatMap((p) => [bareTypeorm(p), baton(p)]);
  const subjects = [...ours, STANDALONE];
  const starts: Start[] = [];
  for (const subject of bench.interleaved(subjects, 0)) await fillDiskCache(bench, subject);
  for (let repetition = 0; repetition < bench.options.repetitions; repetition += 1) {
    for (const subject of bench.interleaved(subjects, repetition)) {
      starts.push(await start(bench, subject));
    }
  }
  conclude(bench, starts);
}

/** What reads a program from the disk for the first time measures the disk. */
const fillDiskCache = (bench: Bench, subject: Subject): Promise<void> =>
  withServer(bench, subject, { profile: null }, async () => {});

function start(bench: Bench, subject: Subject): Promise<Start> {
  return withServer(bench, subject, { profile: null }, async ({ server }) => {
    const listensMs = performance.now();
    const connection = await HttpConnection.open(server.port);
    await connection.exchange(request('GET', '/open'));
    const answerMs = server.startMs + performance.now() - listensMs;
    connection.close();
    await sleep(IDLE_MS);
    const idleMb = server.memory().nowMb;
    bench.log(`W6 ${subject.name}: ${answerMs.toFixed(0)} ms, ${idleMb.toFixed(0)} MiB`);
    return { subject: subject.name, answerMs, idleMb };
  });
}

function conclude(bench: Bench, starts: readonly Start[]): void {
  const of = (subject: string, figure: 'answerMs' | 'idleMb'): number =>
    median(starts.filter((one) => one.subject === subject).map((one) => one[figure]));
  const names = [...new Set(starts.map(({ subject }) => subject))];
  bench.tables.push({
    title: 'W6 start',
    columns: ['subject', 'spawn to first answer, ms', 'idle memory, MiB'],
    rows: names.map((name) => [
      name,
      of(name, 'answerMs').toFixed(0),
      of(name, 'idleMb').toFixed(1),
    ]),
  });
  for (const platform of PLATFORMS) {
    const [bare, ours] = [bareTypeorm(platform).name, baton(platform).name];
    const what = `${platform}: bare Nest with TypeORM`;
    bench.note('W6 time', what, of(ours, 'answerMs') / of(bare, 'answerMs'), '≤', 1.15);
    bench.note('W6 memory', what, of(ours, 'idleMb') / of(bare, 'idleMb'), '≤', 1.2);
  }
}
