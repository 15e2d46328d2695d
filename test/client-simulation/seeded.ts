/** Numbers that are the same for the same seed (mulberry32). */
export type Seeded = ReturnType<typeof seeded>;

export function seeded(seed: number) {
  let state = Math.imul(seed, 0x9e3779b1) | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    /** From 0, below 1. */
    next,
    chance: (probability: number) => next() < probability,
    /** A number from `least` to `most`. */
    between: (least: number, most: number) => least + Math.floor(next() * (most - least + 1)),
    /** @throws RangeError when there is none */
    pick<One>(several: readonly One[]): One {
      const picked = several[Math.floor(next() * several.length)];
      if (picked === undefined) throw new RangeError('There is nothing to pick from');
      return picked;
    },
  };
}
