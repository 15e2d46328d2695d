import { createServer } from 'node:http';
import type { Scenario } from '../../bench/driver/jobs.js';
import { ClosedLoop } from '../../bench/driver/closed-loop.js';
import { clientsFor } from '../../bench/driver/scenarios.js';
import { type SliceRecord, sumUp } from '../../bench/driver/slices.js';
import { playRounds } from '../../bench/harness/rounds.js';
import { type Sample, linesOf, pairedRatio } from '../../bench/harness/samples.js';

const OK = { status: 200, body: '{"hello":"world"}' };
const ROUNDS = { rounds: 4, sliceMs: 10, leadMs: 0, warmMs: 1 };

/** What two clients see in 30 ms of a server whose answers are these, in turn. */
async function seen(scenario: Scenario, ...answers: readonly { status: number; body: string }[]) {
  let turn = 0;
  const server = createServer((_request, response) => {
    const { status, body } = answers[turn % answers.length] ?? OK;
    turn += 1;
    response.writeHead(status, { 'Content-Length': Buffer.byteLength(body) }).end(body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const job = { port, pid: process.pid, protocol: 'baton' as const, connections: 2, scenario };
  try {
    const loop = await ClosedLoop.open(await clientsFor(job), job);
    return sumUp([await loop.play({ leadMs: 0, measureMs: 30 })]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const pair = (n: number) => ({
  status: 200,
  body: JSON.stringify({ access_token: `a${n}`, refresh_token: `r${n}` }),
});

const sample = (subject: string, repetition: number, perSecond: number, failures = 0): Sample => ({
  workload: 'W',
  subject,
  repetition,
  peakMb: 1,
  result: {
    requests: 1,
    failures,
    firstFailure: failures > 0 ? '500' : null,
    perSecond,
    p50Ms: 1,
    p99Ms: 1,
    cpuUsPerRequest: 1,
  },
});

/** @see issue 12 */
describe('an answer', () => {
  const guarded: Scenario = { kind: 'plain', path: '/open' };

  it('that is as it should be is a request, and no failure', async () => {
    const { requests, failures } = await seen(guarded, OK);
    expect(requests).toBeGreaterThan(0);
    expect(failures).toBe(0);
  });

  it.each([
    ['500', { status: 500, body: '{}' }],
    ['401', { status: 401, body: '{"error":"token_expired"}' }],
    ['200 without a body', { status: 200, body: '' }],
  ])('of %s is a failure', async (_what, answer) => {
    const { failures, firstFailure, requests } = await seen(guarded, answer);
    expect(failures).toBe(requests);
    expect(firstFailure).toBe(`${answer.status} ${answer.body}`);
  });

  it('to a refresh has to be another pair', async () => {
    const refreshed = await seen({ kind: 'refresh' }, pair(1), pair(2));
    expect(refreshed.failures).toBe(0);
    const refused = await seen({ kind: 'refresh' }, pair(1), pair(2), { status: 200, body: '{}' });
    expect(refused.failures).toBeGreaterThan(0);
  });
});

describe('rounds', () => {
  it('let everybody have a turn in each, in changing order, warm-ups left out', async () => {
    const turns: string[] = [];
    const contestant = (subject: string) => ({
      workload: 'W',
      subject,
      deferredMs: 0,
      peakMb: () => 1,
      play: async ({ measureMs }: { measureMs: number }): Promise<SliceRecord> => {
        if (measureMs === ROUNDS.sliceMs) turns.push(subject);
        const latenciesMs = Float64Array.of(1);
        return { tookMs: measureMs, cpuMs: 1, latenciesMs, failures: 0, firstFailure: null };
      },
    });
    const all = ['a', 'b', 'c'].map(contestant);
    const shown = await playRounds(all, ROUNDS, 0);
    expect([...shown.values()].map((records) => records.length)).toEqual([4, 4, 4]);
    expect(turns.join('').match(/.{3}/g)).toEqual(['abc', 'acb', 'cab', 'cba']);
  });
});

describe('a ratio', () => {
  it('is taken within each repetition, and of those the median', () => {
    const samples = [1, 2, 3].flatMap((repetition) => [
      sample('mine', repetition, repetition * 100),
      sample('other', repetition, repetition === 3 ? 1_000 : repetition * 50),
    ]);
    expect(pairedRatio(samples, ['W', 'mine'], ['W', 'other'])).toBe(2);
  });

  it('is none where one of the two was left out', () => {
    expect(pairedRatio([sample('mine', 0, 1)], ['W', 'mine'], ['W', 'other'])).toBeNaN();
  });

  it('has its failures beside it', () => {
    const [line] = linesOf([sample('mine', 0, 1), sample('mine', 1, 3, 2)]);
    expect(line).toMatchObject({ perSecond: 2, failures: 2, firstFailure: '500' });
  });
});
