import { createServer } from 'node:http';
import { HOST } from '../../bench/driver/apis.js';
import { type MakeClients, guarded, refreshing, sending } from '../../bench/driver/clients.js';
import { drive } from '../../bench/driver/drive.js';
import { request } from '../../bench/driver/http-connection.js';
import { reportOf } from '../../bench/harness/report.js';
import { playRounds } from '../../bench/harness/rounds.js';
import { type Goal, type Sample, judge, ratio, sumUp } from '../../bench/harness/samples.js';

interface Answer {
  readonly status: number;
  readonly body: string;
}

const OK = { status: 200, body: '{"hello":"world"}' };

const pair = (n: number): Answer => ({
  status: 200,
  body: JSON.stringify({
    access_token: `a.${Buffer.from('{}').toString('base64url')}`,
    refresh_token: `r${n}`,
  }),
});

/** Does something with a server whose answers are these, in turn. */
async function served<T>(answers: readonly Answer[], work: (port: number) => Promise<T>) {
  let turn = 0;
  const server = createServer((_request, response) => {
    const { status, body } = answers[turn % answers.length] ?? OK;
    turn += 1;
    response.writeHead(status, { 'Content-Length': Buffer.byteLength(body) }).end(body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  try {
    return await work(typeof address === 'object' ? (address?.port ?? 0) : 0);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** What two clients see in 30 ms of such a server. */
const driven = (make: MakeClients, ...answers: readonly Answer[]) =>
  served(answers, async (port) =>
    drive(await make(HOST, port, 2), [process.pid], { leadMs: 1, measureMs: 30 }),
  );

/** @see issue 12 */
describe('an answer', () => {
  const open = sending(request('GET', '/open'));

  it('that is as it should be counts', async () => {
    const { latenciesMs, tookMs, cpuMs } = await driven(open, OK);
    expect(latenciesMs.length).toBeGreaterThan(1);
    expect(tookMs).toBeGreaterThanOrEqual(30);
    expect(cpuMs).toBeGreaterThan(0);
  });

  it.each([
    ['500', { status: 500, body: '{}' }],
    ['401', { status: 401, body: '{"error":"token_expired"}' }],
    ['200 without a body', { status: 200, body: '' }],
  ])('of %s ends the run', async (_what, answer) => {
    const run = driven(open, OK, OK, OK, answer);
    await expect(run).rejects.toThrow(`Unexpected answer: ${answer.status} ${answer.body}`);
  });

  it('to a refresh has to be another pair', async () => {
    let n = 0;
    const pairs = Array.from({ length: 20_000 }, () => pair((n += 1)));
    const { latenciesMs } = await driven(refreshing, ...pairs);
    expect(latenciesMs.length).toBeGreaterThan(1);
    await expect(driven(refreshing, pair(1))).rejects.toThrow('Unexpected answer: 200');
    await expect(driven(refreshing, pair(1), pair(2), pair(3), OK)).rejects.toThrow(OK.body);
  });

  it('that is no login says so', async () => {
    await expect(driven(refreshing, { status: 503, body: 'later' })).rejects.toThrow(
      'No login: 503 later',
    );
  });
});

it('many tokens are sent in turn, each of them another', async () => {
  const [client, other] = await served([pair(1)], (port) => guarded(100)(HOST, port, 2));
  const sent = Array.from({ length: 100 }, (_, n) => String((n % 2 ? client : other)?.next()));
  expect(new Set(sent).size).toBe(100);
  expect(String(client?.next())).toBe(sent[0]);
});

const ROUNDS = { rounds: 4, turnMs: 10, leadMs: 0, warmTurns: 3 };

const contestant = (subject: string, turns: string[], answers = 1) => ({
  workload: 'W',
  subject,
  play: async ({ measureMs }: { measureMs: number }) => {
    turns.push(subject);
    const latenciesMs = Array.from({ length: answers }, () => 1);
    return { tookMs: measureMs, cpuMs: 1, latenciesMs };
  },
});

describe('rounds', () => {
  it('let everybody have a turn in each, in changing order, warm-ups left out', async () => {
    const turns: string[] = [];
    const all = ['a', 'b', 'c'].map((subject) => contestant(subject, turns));
    const shown = await playRounds(all, ROUNDS, 0);
    expect([...shown.values()].map((records) => records.length)).toEqual([4, 4, 4]);
    expect(turns.splice(0, 9).join('')).toBe('aaabbbccc');
    expect(turns.join('').match(/.{3}/g)).toEqual(['abc', 'acb', 'cab', 'cba']);
  });

  it('begin when everybody has answered enough to be warm', async () => {
    const turns: string[] = [];
    const all = [contestant('a', turns, 12_500), contestant('b', turns, 25_000)];
    await playRounds(all, { ...ROUNDS, rounds: 0 }, 0);
    expect(turns.join('')).toBe('aab');
  });

  it('end with the name of whoever was not answered as he should be', async () => {
    const refused = { ...contestant('b', []), play: () => Promise.reject(new Error('500')) };
    const all = [contestant('a', []), refused];
    await expect(playRounds(all, ROUNDS, 0)).rejects.toThrow('W, b: Error: 500');
  });
});

describe('a figure', () => {
  it('is what the turns add up to', () => {
    const records = [
      { tookMs: 100, cpuMs: 3, latenciesMs: [1, 2] },
      { tookMs: 300, cpuMs: 1, latenciesMs: [9, 3] },
    ];
    expect(sumUp(records)).toEqual({ perSecond: 10, p50Ms: 3, p99Ms: 9, cpuUs: 1_000 });
  });
});

const sample = (subject: string, round: number, figures: Sample['figures']): Sample => ({
  workload: 'W',
  subject,
  connections: 32,
  round: String(round),
  figures,
});

const mine = ['W', 'mine'] as const;
const other = ['W', 'other'] as const;

describe('a ratio', () => {
  it('is taken within each round, and of those the median', () => {
    const samples = [1, 2, 3].flatMap((round) => [
      sample('mine', round, { perSecond: round * 100 }),
      sample('other', round, { perSecond: round === 3 ? 1_000 : round * 50 }),
    ]);
    expect(ratio(samples, 'perSecond', mine, other)).toBe(2);
  });

  it('is none where the two did not run side by side', () => {
    const samples = [sample('mine', 1, { perSecond: 1 }), sample('other', 2, { perSecond: 1 })];
    expect(ratio(samples, 'perSecond', mine, other)).toBeNaN();
  });
});

describe('a goal', () => {
  const samples = [
    sample('mine', 1, { perSecond: 80, cpuUs: 8, startMs: 300, bytesPerSession: 601 }),
    sample('other', 1, { perSecond: 100, cpuUs: 10, startMs: 200 }),
  ];

  it.each<[string, Goal, number, boolean]>([
    ['enough', { mine, other, figure: 'perSecond', relation: '≥', bound: 0.8 }, 0.8, true],
    ['too slow', { mine, other, figure: 'perSecond', relation: '≥', bound: 0.81 }, 0.8, false],
    ['cheap enough', { mine, other, figure: 'cpuUs', relation: '≥', bound: 1.25 }, 1.25, true],
    ['too dear', { mine, other, figure: 'cpuUs', relation: '≥', bound: 1.3 }, 1.25, false],
    ['soon enough', { mine, other, figure: 'startMs', relation: '≤', bound: 1.5 }, 1.5, true],
    ['too late', { mine, other, figure: 'startMs', relation: '≤', bound: 1.4 }, 1.5, false],
    [
      'too much',
      { mine, other: null, figure: 'bytesPerSession', relation: '≤', bound: 600 },
      601,
      false,
    ],
  ])('is judged: %s', (_what, goal, measured, holds) => {
    expect(judge(samples, goal)).toMatchObject({ measured, holds });
  });

  it('has beside it what it is by CPU time', () => {
    const goal: Goal = { mine, other, figure: 'perSecond', relation: '≥', bound: 1 };
    expect(judge(samples, goal).byCpu).toBe(1.25);
  });

  it('of whoever was left out is none, and no row of the page', async () => {
    const nobody: Goal = {
      mine,
      other: ['W', 'nobody'],
      figure: 'perSecond',
      relation: '≥',
      bound: 1,
    };
    expect(judge(samples, nobody).measured).toBeNaN();
    expect(await reportOf('', samples, [nobody])).not.toContain('nobody');
  });
});

it('the page has a row for each goal and a table for each workload', async () => {
  const samples = [1, 2].flatMap((round) => [
    sample('mine', round, { perSecond: 90 * round, cpuUs: 10 }),
    sample('other', round, { perSecond: 100 * round, cpuUs: 10 }),
  ]);
  const goal: Goal = { mine, other, figure: 'perSecond', relation: '≥', bound: 0.95 };
  const page = (await reportOf('Made by a test.', samples, [goal])).replaceAll(/ {2,}/g, ' ');
  expect(page).toContain(
    '| W, 32 connections | mine | other | ≥ 0.95 | 0.900 | 1.00 | **does not hold** |',
  );
  expect(page).toContain('## W, 32 connections');
  expect(page).toContain('| mine | 135 | 10.0 | 67 % |');
});
