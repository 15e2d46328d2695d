import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Bench } from '../harness/bench.js';
import { freshDatabase } from '../harness/databases.js';
import { SECRETS, onCore } from '../harness/server-process.js';
import { median } from '../harness/samples.js';

const PROGRAM = join(import.meta.dirname, '../subjects/in-process.js');
const TITLE = 'W1 and W2 in process: CPU time of one, microseconds';

/** What is called, and what a reader is told that it is. */
const CALLS = {
  refresh: 'AuthService.refresh, 1 session',
  together: 'AuthService.refresh, 32 sessions at once',
  known: 'AuthService.authenticate, an access token seen before',
  fresh: 'AuthService.authenticate, a new one',
  update: 'bare UPDATE, prepared, better-sqlite3',
  sign: 'a signature by JwtService',
  verify: 'a verification by JwtService',
  argon2id: 'bare argon2id',
};

type Costs = Readonly<Record<keyof typeof CALLS, number>>;

/** What a refresh cannot do without: a pair has two signatures. */
const limit = ({ update, sign, verify }: Costs): number => update + 2 * sign + verify;

const costs = new WeakMap<Bench, Costs[]>();

/** The service called directly, beside what it cannot do without. */
export async function inProcess(bench: Bench, repetition: number): Promise<void> {
  const database = await freshDatabase('sqlite');
  const [command, ...args] = [...onCore(0, true), process.execPath, PROGRAM];
  const { stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'] ?? '',
      NODE_ENV: 'production',
      ROUNDS: String(bench.options.rounds * 2),
      DATABASE_URL: database.url,
      ...SECRETS,
    },
  });
  await database.drop();
  if (stdout === '') throw new Error(stderr);
  const cost: Costs = JSON.parse(stdout);
  bench.log(`W2 in process ${JSON.stringify(cost)}`);
  const all = [...(costs.get(bench) ?? []), cost];
  costs.set(bench, all);
  if (repetition === bench.options.repetitions - 1) conclude(bench, all);
}

function conclude(bench: Bench, all: readonly Costs[]): void {
  const of = (figure: (cost: Costs) => number): number => median(all.map(figure));
  const figures = new Map(
    all
      .flatMap((cost) => Object.keys(cost))
      .map((name) => [name, of((cost) => Number(Reflect.get(cost, name)))]),
  );
  bench.tables.push({
    title: TITLE,
    columns: ['what', 'µs'],
    rows: Object.entries(CALLS).map(([name, what]) => [what, figures.get(name)?.toFixed(1) ?? '']),
  });
  const what = 'one UPDATE, two signatures and a verification by JwtService';
  const one = of((cost) => limit(cost) / cost.refresh);
  bench.note('W2 in process, 1 session', what, one, '≥', 0.6);
  const many = of((cost) => limit(cost) / cost.together);
  bench.note('W2 in process, 32 sessions', what, many, '≥', 0.6);
}
