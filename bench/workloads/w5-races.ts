import type { Bench } from '../harness/bench.js';
import { withServer } from '../harness/line-up.js';
import { RIVALS, STANDALONE, type Subject, baton } from '../harness/subjects.js';
import { SCENES, type Scene } from './w5-scenes.js';

const FIRST_RIVALS = RIVALS.filter(({ name }) => name !== 'textbook fastify');

/** Most of a scene is the start of its server, and there are two cores. */
const AT_ONCE = 2;

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
    for (let first = 0; first < SCENES.length; first += AT_ONCE) {
      const scenes = SCENES.slice(first, first + AT_ONCE);
      outcomes.push(
        ...(await Promise.all(scenes.map((scene) => outcomeOf(bench, scene, subject, bound)))),
      );
    }
    SCENES.forEach(({ title }, n) => bench.log(`W5 ${name.padEnd(38)} ${title}: ${outcomes[n]}`));
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

/** Plays a scene with a server of its own. */
function outcomeOf(bench: Bench, { play }: Scene, subject: Subject, bound: boolean) {
  const place = { turnable: true, pinned: false, profile: null };
  return withServer(bench, subject, place, ({ server }) => play({ server, subject, bound }));
}
