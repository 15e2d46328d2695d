import { swappedAtMs } from './moment-of-swap.js';

describe('a swap is applied', () => {
  it.each([
    ['postgres', 'clock_timestamp()'],
    ['aurora-postgres', 'clock_timestamp()'],
    ['cockroachdb', 'clock_timestamp()'],
    ['mysql', 'SYSDATE(6)'],
    ['mariadb', 'SYSDATE(6)'],
    ['aurora-mysql', 'SYSDATE(6)'],
  ])('on %s when the row has been locked, by %s, in tenths of a second', (kind, now) => {
    const sql = swappedAtMs(kind);
    expect(sql).toContain(':sentAtMs');
    expect(sql).toContain(now);
    expect(sql).toMatch(/ \* 100$/);
  });

  it.each(['better-sqlite3', 'sqlite', 'oracle'])('on %s when its statement is sent', (kind) => {
    expect(swappedAtMs(kind)).toBe(':sentAtMs');
  });
});
