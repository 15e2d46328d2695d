import { storageContract } from '../../src/client/storage/contract.js';
import { type ItemStore, inSlots } from '../../src/client/storage/slots.js';

const MAX_BYTES = 100;
const NAME = 'session';

/** A store that replaces in two steps, as the iOS keychain is used by most packages, and dies after so many steps. */
class TwoStepItems implements ItemStore {
  readonly items = new Map<string, string>();
  stepsLeft = Infinity;

  private step(): void {
    if (this.stepsLeft <= 0) throw new Error('killed');
    this.stepsLeft -= 1;
  }
  async get(name: string): Promise<string | null> {
    return this.items.get(name) ?? null;
  }
  async set(name: string, text: string): Promise<void> {
    if (Buffer.byteLength(text) > MAX_BYTES) throw new RangeError('too long');
    if (this.items.has(name)) await this.delete(name);
    this.step();
    this.items.set(name, text);
  }
  async delete(name: string): Promise<void> {
    this.step();
    if (!this.items.delete(name)) throw new Error('not there');
  }
}

const SHORT = 'one';
const LONG = 'two'.repeat(100);
const LONGER = 'three'.repeat(200);

describe('two slots in a store of small items', () => {
  const contract = storageContract(() => {
    const items = new TwoStepItems();
    return { open: () => inSlots(items, NAME, MAX_BYTES) };
  });
  it.each(contract)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined();
  });

  describe.each([
    ['nothing', [], SHORT],
    ['nothing', [], LONG],
    ['a short value', [SHORT], LONG],
    ['a long value', [LONG], SHORT],
    ['a long value after a longer one', [LONGER, LONG], SHORT],
    ['a longer value after a short one', [SHORT, LONGER], LONG],
    ['many values', [LONGER, SHORT, LONG, SHORT], LONGER],
  ])('that hold %s', (_what, before, next) => {
    const last = before.at(-1) ?? null;

    async function filled(): Promise<TwoStepItems> {
      const items = new TwoStepItems();
      for (const value of before) await inSlots(items, NAME, MAX_BYTES).write(value);
      return items;
    }

    /** Lets a verb die after each of its steps in turn. @returns how many there are */
    async function dieAtEachStep(
      verb: (items: ItemStore) => void | Promise<void>,
      check: (items: TwoStepItems) => Promise<void>,
    ): Promise<number> {
      for (let steps = 0; ; steps += 1) {
        const items = await filled();
        items.stepsLeft = steps;
        const isDone = await Promise.resolve(verb(items)).then(
          () => true,
          () => false,
        );
        items.stepsLeft = Infinity;
        await check(items);
        if (isDone) return steps;
      }
    }

    it('keep the old or the new value, whole, wherever a write is cut off; the next write takes', async () => {
      const steps = await dieAtEachStep(
        (items) => inSlots(items, NAME, MAX_BYTES).write(next),
        async (items) => {
          const storage = inSlots(items, NAME, MAX_BYTES);
          expect([last, next]).toContain(await storage.read());
          await storage.write('after');
          expect(await storage.read()).toBe('after');
          await storage.remove();
          expect(await storage.read()).toBeNull();
          expect([...items.items.keys()]).toEqual([]);
        },
      );
      expect(steps).toBeGreaterThan(0);
    });

    it('keep the last value or none, wherever a removal is cut off; the next removal leaves nothing', async () => {
      await dieAtEachStep(
        (items) => inSlots(items, NAME, MAX_BYTES).remove(),
        async (items) => {
          const storage = inSlots(items, NAME, MAX_BYTES);
          expect([last, null]).toContain(await storage.read());
          await storage.remove();
          expect(await storage.read()).toBeNull();
          expect([...items.items.keys()]).toEqual([]);
        },
      );
    });
  });

  it('cut between characters, whatever they take in UTF-8', async () => {
    const storage = inSlots(new TwoStepItems(), NAME, MAX_BYTES);
    const value = 'aé€😀'.repeat(99);
    await storage.write(value);
    expect(await storage.read()).toBe(value);
  });

  it('take no more than two items while values are short', async () => {
    const items = new TwoStepItems();
    const storage = inSlots(items, NAME, MAX_BYTES);
    for (const value of [LONGER, SHORT, LONG, SHORT, SHORT]) await storage.write(value);
    expect(new Set(items.items.keys())).toEqual(new Set(['session.a.0', 'session.b.0']));
  });

  it('throw where pieces are missing from the only value, rather than read null', async () => {
    const items = new TwoStepItems();
    await inSlots(items, NAME, MAX_BYTES).write(LONG);
    items.items.delete('session.a.2');
    await expect(Promise.resolve(inSlots(items, NAME, MAX_BYTES).read())).rejects.toThrow(
      'incomplete',
    );
  });
});
