import { DatabaseClock } from './database-clock.js';

const NOW = 1_767_225_600_000;
const MINUTE_MS = 60_000;

/** A machine whose two clocks are turned apart, and a database on a line that takes its time. */
class Scene {
  monotonic = 5_000;
  wall = NOW;
  /** The database's time when the monotonic clock shows 5000. */
  database = NOW;
  readonly clock = new DatabaseClock(async () => this.answer(), {
    monotonicMs: () => this.monotonic,
    wallMs: () => this.wall,
  });
  isAway = false;
  private line = { thereMs: 0, backMs: 0 };

  /** Real time passes: every clock moves. */
  pass(ms: number): void {
    this.monotonic += ms;
    this.wall += ms;
  }

  async measure(thereMs = 0, backMs = thereMs): Promise<void> {
    this.line = { thereMs, backMs };
    await this.clock.measure();
  }

  /** What the database's clock shows. */
  get truthMs(): number {
    return this.database + this.monotonic - 5_000;
  }

  private answer(): number {
    this.pass(this.line.thereMs);
    const answer = this.truthMs;
    if (this.isAway) throw new Error('The database is away');
    this.pass(this.line.backMs);
    return answer;
  }
}

let scene: Scene;

beforeEach(() => {
  scene = new Scene();
});

describe('a clock that has not been measured', () => {
  it('shows the time of the machine', () => {
    scene.pass(1234);
    expect(scene.clock.nowMs()).toBe(NOW + 1234);
    expect(scene.clock.offsetMs).toBe(0);
  });

  it('shows whole milliseconds, as a column of the table takes them', () => {
    scene.pass(0.75);
    expect(scene.clock.nowMs()).toBe(NOW);
  });
});

describe.each([
  ['20 s ahead', 20_000],
  ['20 s behind', -20_000],
  ['10 minutes ahead', 10 * MINUTE_MS],
  ['10 minutes behind', -10 * MINUTE_MS],
] as const)('a clock whose database is %s', (_what, offsetMs) => {
  beforeEach(async () => {
    scene.database = NOW + offsetMs;
    await scene.measure(3);
  });

  it('shows the time of the database, half the round trip counted', () => {
    expect(scene.clock.nowMs()).toBe(scene.truthMs);
    expect(scene.clock.offsetMs).toBe(offsetMs);
    scene.pass(90_000);
    expect(scene.clock.nowMs()).toBe(scene.truthMs);
  });

  it.each([17, -17])('does not notice when the machine is set by %i minutes', async (minutes) => {
    scene.wall += minutes * MINUTE_MS;
    expect(scene.clock.nowMs()).toBe(scene.truthMs);
    await scene.measure(3);
    expect(scene.clock.nowMs()).toBe(scene.truthMs);
    expect(scene.clock.offsetMs).toBe(offsetMs - minutes * MINUTE_MS);
  });
});

describe('a measurement', () => {
  it('over a slow and lopsided line does not move a clock that may be right', async () => {
    await scene.measure(1);
    await scene.measure(0, 400);
    expect(scene.clock.nowMs()).toBe(scene.truthMs);
    await scene.measure(400, 0);
    expect(scene.clock.nowMs()).toBe(scene.truthMs);
  });

  it('over a quick line corrects what a slow one left in doubt', async () => {
    await scene.measure(0, 400);
    expect(scene.clock.nowMs()).toBe(scene.truthMs - 200);
    await scene.measure(2);
    expect(Math.abs(scene.clock.nowMs() - scene.truthMs)).toBeLessThanOrEqual(3);
  });

  it('that corrects backwards a little never makes the time go back', async () => {
    await scene.measure(400, 0);
    const before = scene.clock.nowMs();
    expect(before).toBe(scene.truthMs + 200);
    await scene.measure(0);
    expect(scene.clock.nowMs()).toBe(before);
    scene.pass(150);
    expect(scene.clock.nowMs()).toBe(before);
    scene.pass(100);
    expect(scene.clock.nowMs()).toBe(scene.truthMs + 1);
  });

  it.each([
    ['ahead', 10 * MINUTE_MS],
    ['behind', -10 * MINUTE_MS],
  ] as const)('follows at once another server that took over, %s', async (_what, stepMs) => {
    await scene.measure(2);
    scene.clock.nowMs();
    scene.database += stepMs;
    await scene.measure(2);
    expect(Math.abs(scene.clock.nowMs() - scene.truthMs)).toBeLessThanOrEqual(3);
  });

  it('that fails leaves the clock as it was', async () => {
    scene.database += MINUTE_MS;
    await scene.measure(2);
    scene.isAway = true;
    await expect(scene.measure(2)).rejects.toThrow('away');
    scene.pass(5000);
    expect(scene.clock.nowMs()).toBe(scene.truthMs);
  });
});

it('tells whether anybody has wanted to know the time since it was measured', async () => {
  expect(scene.clock.wasRead()).toBe(false);
  scene.clock.nowMs();
  expect(scene.clock.wasRead()).toBe(true);
  await scene.measure();
  expect(scene.clock.wasRead()).toBe(false);
});
