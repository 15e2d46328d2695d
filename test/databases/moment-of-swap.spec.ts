import { DataSource } from 'typeorm';
import { swappedAtMs } from '../../src/sessions/moment-of-swap.js';
import { describeOnEachDatabase } from '../host/databases.js';

const SENT_AT_MS = 1_767_225_600_123;
const WAITED_SECONDS = 0.35;

/** A statement that waits, as for a lock, and says afterwards when it was applied. */
const WAITING: Readonly<Record<string, (seconds: number) => string>> = {
  postgres: (seconds) =>
    `SELECT ${swappedAtMs('postgres').replace(':sentAtMs', '$1')} AS ms FROM pg_sleep(${seconds})`,
  mariadb: (seconds) =>
    `SELECT SLEEP(${seconds}), ${swappedAtMs('mariadb').replace(':sentAtMs', '?')} AS ms`,
};

/** @see issue 11 */
describeOnEachDatabase((kind) => {
  const waiting = WAITING[kind.name];
  if (waiting === undefined) return;

  async function countedOf(seconds: number): Promise<number> {
    const database = await kind.create();
    const source = await new DataSource(database.options).initialize();
    const [{ ms }] = await source.query(waiting?.(seconds) ?? '', [SENT_AT_MS]);
    await source.destroy();
    await database.drop();
    return Number(ms) - SENT_AT_MS;
  }

  it('a swap is applied no more than a tenth of a second before its row was locked', async () => {
    const counted = await countedOf(WAITED_SECONDS);
    expect(counted).toBeGreaterThanOrEqual(300);
    expect(counted % 100).toBe(0);
  });

  it('and one that did not wait in the very millisecond in which it was sent', async () => {
    expect(await countedOf(0)).toBe(0);
  });
});
