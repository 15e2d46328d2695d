import type { Bench } from '../harness/bench.js';
import { RIVALS, STANDALONE, type Subject, baton } from '../harness/subjects.js';
import { SCENES } from './w5-scenes.js';

const FIRST_RIVALS = RIVALS.filter(({ name }) => name !== 'textbook fastify');

/** Who is logged out and who is caught: not a speed, but the table that matters. */
export async function w5(bench: Bench): Promise<void> {
  const subjects: readonly (readonly [Subject, boolean])[] = [
    [baton('fastify'), false],
    [baton('fastify'), true],
    [STANDALONE, false],
    ...FIRST_RIVALS.map((rival) => [rival, false] as const),
  ];
  const rows: string[][] = [];
  for (const [subject, bound] of subjects) {
    if (!bench.options.subjects.test(subject.name)) continue;
    const name = `${subject.name}${bound ? ' with Idempotency-Key' : ''}`;
    const outcomes: string[] = [];
    for (const { title, play } of SCENES) {
      await bench.withServer(
        subject,
        async (server) => {
          outcomes.push(await play({ server, subject, bound }));
        },
        { turnable: true, profile: null },
      );
      bench.log(`W5 ${name.padEnd(38)} ${title}: ${outcomes.at(-1)}`);
    }
    rows.push([name, ...outcomes]);
  }
  bench.tables.push({
    title: 'W5 races: who is logged out, who is caught',
    columns: ['subject', ...SCENES.map(({ title }) => title)],
    rows,
    note:
      'Each scene in a process of its own. Time passes by turning `Date` in the subject’s process (`harness/turn-clock.mjs`). ' +
      'At the end of a theft the thief goes on first, then the owner, then the thief again. better-auth has one session token that never rotates.',
  });
}
