import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Bench } from '../harness/bench.js';
import { freshDatabase } from '../harness/databases.js';
import { SECRETS, onCore } from '../harness/server-process.js';
import { median } from '../harness/statistics.js';

const PROGRAM = join(import.meta.dirname, '../subjects/in-process.js');
const TITLE = 'W1 and W2 in process: CPU time of one, microseconds';

type Costs = Readonly<
  Record<
    'refresh' | 'together' | 'known' | 'fresh' | 'update' | 'sign' | 'verify' | 'argon2id',
    number
  >
>;

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
  bench.tables.push({
    title: TITLE,
    columns: ['what', 'µs'],
    rows: [
      ['AuthService.refresh, 1 session', of(({ refresh }) => refresh).toFixed(1)],
      ['AuthService.refresh, 32 sessions at once', of(({ together }) => together).toFixed(1)],
      [
        'AuthService.authenticate, an access token seen before',
        of(({ known }) => known).toFixed(1),
      ],
      ['AuthService.authenticate, a new one', of(({ fresh }) => fresh).toFixed(1)],
      ['bare UPDATE, prepared, better-sqlite3', of(({ update }) => update).toFixed(1)],
      ['a signature by JwtService', of(({ sign }) => sign).toFixed(1)],
      ['a verification by JwtService', of(({ verify }) => verify).toFixed(1)],
      ['bare argon2id', of(({ argon2id }) => argon2id).toFixed(0)],
    ],
  });
  for (const [sessions, refresh] of [
    ['1 session', ({ refresh: cost }: Costs) => cost],
    ['32 sessions', ({ together: cost }: Costs) => cost],
  ] as const) {
    const ratio = of((cost) => limit(cost) / refresh(cost));
    const what = 'one UPDATE, two signatures and a verification by JwtService';
    bench.goal(`W2 in process, ${sessions}`, what, ratio, '≥', 0.6);
  }
}
