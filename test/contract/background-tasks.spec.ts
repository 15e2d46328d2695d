import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { BackgroundTasks } from '../../src/sessions/background-tasks.js';
import { DatabaseClock } from '../../src/sessions/database-clock.js';
import { ExpiredSessionSweeper } from '../../src/sessions/expired-session-sweeper.js';
import { SeenTokens } from '../../src/sessions/seen-tokens.js';
import { QuickUsers } from '../host/quick-users.js';
import { type HostOptions, startHost } from '../host/start-host.js';
import { eventually, login, refresh, rowOf, use } from './vocabulary.js';

const TEN_MINUTES_MS = 600_000;

/** Whether a timer keeps the process from ending. */
function holdsOpen(timer: unknown): boolean {
  const knows = typeof timer === 'object' && timer !== null && 'hasRef' in timer;
  return !knows || typeof timer.hasRef !== 'function' || timer.hasRef() === true;
}

/** A host, and the timers that it runs by. */
async function hostWithTimers(options: HostOptions = {}) {
  const spy = jest.spyOn(globalThis, 'setInterval');
  const host = await startHost({ users: new QuickUsers(), ...options });
  const timers = spy.mock.calls.map(([run, ms], index) => ({
    run,
    ms,
    timer: spy.mock.results[index]?.value,
  }));
  spy.mockRestore();
  return { host, timers };
}

/** A host whose own warnings are kept, and what one of its timers does. */
async function warningHost(options: HostOptions, everyMs: number) {
  const warnings: string[] = [];
  const logger = { log() {}, error() {}, warn: (text: string) => void warnings.push(text) };
  const configure: HostOptions['configure'] = (app) => app.useLogger(logger);
  const { host, timers } = await hostWithTimers({ ...options, configure });
  const run = async () => {
    for (const timer of timers.filter(({ ms }) => ms === everyMs)) timer.run();
    await sleep(20);
  };
  return { host, warnings, run };
}

/** @see issue 11 */
describe('what happens beside the requests', () => {
  it('every ten minutes what has ended is swept', async () => {
    const { host, timers } = await hostWithTimers();
    const pair = await login(host);
    host.clock.turn(31 * 86_400);
    const sweeps = timers.filter(({ ms }) => ms === TEN_MINUTES_MS);
    expect(sweeps).toHaveLength(1);
    for (const { run } of sweeps) run();
    await eventually(5_000, async () => (await rowOf(host, pair).catch(() => null)) === null);
    await host.close();
  });

  /** Before the connections are closed, and after them for the requests that were still under way. */
  it.each(['beforeApplicationShutdown', 'onApplicationShutdown'] as const)(
    '%s writes what was seen in use',
    async (hook) => {
      const { host } = await hostWithTimers();
      const pair = await refresh(host, (await login(host)).refresh_token);
      await use(host, pair);
      await host.app.get(BackgroundTasks)[hook]();
      expect((await rowOf(host, pair)).confirmedAtMs).toBe(host.clock.nowMs());
      await host.close();
    },
  );

  it('no timer holds the process open, and none outlives the application', async () => {
    const { host, timers } = await hostWithTimers();
    const ours = timers.filter(({ ms }) => ms === 500 || ms === TEN_MINUTES_MS);
    expect(ours.length).toBeGreaterThanOrEqual(4);
    expect(ours.filter(({ timer }) => holdsOpen(timer))).toEqual([]);
    const swept = jest.spyOn(host.app.get(ExpiredSessionSweeper), 'sweep');
    const cleared = jest.spyOn(globalThis, 'clearInterval');
    await host.close();
    const stopped = cleared.mock.calls.map(([timer]) => timer);
    cleared.mockRestore();
    expect(stopped).toEqual(expect.arrayContaining(ours.map(({ timer }) => timer)));
    expect(swept).toHaveBeenCalledTimes(0);
  });

  it('what fails is told once, until it has succeeded', async () => {
    const { host, warnings, run } = await warningHost({}, 500);
    const flush = jest.spyOn(host.app.get(SeenTokens), 'flush');
    flush.mockRejectedValue(new Error('the database is away'));
    await run();
    await run();
    expect(warnings).toEqual(['the database is away']);
    flush.mockResolvedValue();
    await run();
    flush.mockRejectedValue(new Error('the database is away'));
    await run();
    expect(warnings).toHaveLength(2);
    await host.close();
  });

  it('a machine whose clock is more than a minute off is told of, once for each change', async () => {
    const offset = jest.spyOn(DatabaseClock.prototype, 'offsetMs', 'get').mockReturnValue(60_000);
    const { host, warnings, run } = await warningHost({ auth: { clock: undefined } }, 1000);
    await run();
    expect(warnings).toEqual([]);
    offset.mockReturnValue(60_001);
    await run();
    await run();
    expect(warnings).toEqual([expect.stringContaining('60 s behind the database')]);
    offset.mockReturnValue(-61_000);
    await run();
    expect(warnings[1]).toContain('61 s ahead of the database');
    offset.mockRestore();
    await host.close();
  });
});
