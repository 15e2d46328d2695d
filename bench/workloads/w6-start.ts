import { setTimeout as sleep } from 'node:timers/promises';
import { HttpConnection, request } from '../driver/http-connection.js';
import type { Bench } from '../harness/bench.js';
import { PLATFORMS, STANDALONE, type Subject, bareTypeorm, baton } from '../harness/subjects.js';
import { median } from '../harness/statistics.js';

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
  bench.withServer(subject, async () => {}, { profile: null });

async function start(bench: Bench, subject: Subject): Promise<Start> {
  let answerMs = 0;
  let idleMb = 0;
  await bench.withServer(
    subject,
    async ({ port, startMs, memory }) => {
      const listensMs = performance.now();
      const connection = await HttpConnection.open(port);
      await connection.exchange(request('GET', '/open'));
      answerMs = startMs + performance.now() - listensMs;
      connection.close();
      await sleep(IDLE_MS);
      idleMb = memory().nowMb;
    },
    { profile: null },
  );
  bench.log(`W6 ${subject.name}: ${answerMs.toFixed(0)} ms, ${idleMb.toFixed(0)} MiB`);
  return { subject: subject.name, answerMs, idleMb };
}

function conclude(bench: Bench, starts: readonly Start[]): void {
  const of = (subject: string, figure: (start: Start) => number): number =>
    median(starts.filter((one) => one.subject === subject).map(figure));
  const time = (subject: string): number => of(subject, ({ answerMs }) => answerMs);
  const memory = (subject: string): number => of(subject, ({ idleMb }) => idleMb);
  const names = [...new Set(starts.map(({ subject }) => subject))];
  bench.tables.push({
    title: 'W6 start',
    columns: ['subject', 'spawn to first answer, ms', 'idle memory, MiB'],
    rows: names.map((name) => [name, time(name).toFixed(0), memory(name).toFixed(1)]),
  });
  for (const platform of PLATFORMS) {
    const [bare, ours] = [bareTypeorm(platform).name, baton(platform).name];
    bench.goal(
      'W6 time',
      `${platform}: bare Nest with TypeORM`,
      time(ours) / time(bare),
      '≤',
      1.15,
    );
    bench.goal(
      'W6 memory',
      `${platform}: bare Nest with TypeORM`,
      memory(ours) / memory(bare),
      '≤',
      1.2,
    );
  }
}
