import { TurnedClock } from '../../test/host/turned-clock.js';
import { machineTime } from '../clock.js';
import { sentAtMs, swappedAtMs } from './moment-of-swap.js';

const ASKED_AT_MS = 1_767_225_600_123;

describe('a statement is sent', () => {
  it('as many whole seconds after it was asked for as have passed since, each time it is', () => {
    const monotonic = new TurnedClock(5_000_500);
    const sentAt = sentAtMs(ASKED_AT_MS, {
      ...machineTime,
      monotonicMs: () => monotonic.nowMs(),
    });
    expect(sentAt.now()).toBe(ASKED_AT_MS);
    monotonic.turn(0.999);
    expect(sentAt.now()).toBe(ASKED_AT_MS);
    monotonic.turn(0.001);
    expect(sentAt.now()).toBe(ASKED_AT_MS + 1_000);
    monotonic.turn(10.5);
    expect(sentAt.now()).toBe(ASKED_AT_MS + 11_000);
  });
});

describe('a swap is applied', () => {
  it.each([
    ['postgres', 'clock_timestamp()'],
    ['aurora-postgres', 'clock_timestamp()'],
    ['cockroachdb', 'clock_timestamp()'],
    ['mysql', 'SYSDATE(6)'],
    ['mariadb', 'SYSDATE(6)'],
    ['aurora-mysql', 'SYSDATE(6)'],
  ])('on %s when the row has been locked, by %s', (kind, now) => {
    const sql = swappedAtMs(kind);
    expect(sql).toContain(':sentAtMs');
    expect(sql).toContain(now);
    expect(sql).toMatch(/ \* 1000$/);
  });

  it.each(['better-sqlite3', 'sqlite', 'oracle'])('on %s when its statement is sent', (kind) => {
    expect(swappedAtMs(kind)).toBe(':sentAtMs');
  });
});
