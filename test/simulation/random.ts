/** Numbers that look random and are the same for the same seed (the generator is mulberry32). */
export class Random {
  private state: number;

  constructor(seed: number) {
    // Neighbouring seeds are far apart from the first number on.
    this.state = Math.imul(seed, 0x9e3779b1) | 0;
  }

  /** From 0, below 1. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Whether something happens that does so with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** One of several, each as likely. @throws RangeError when there is none */
  pick<One>(several: readonly One[]): One {
    const picked = several[Math.floor(this.next() * several.length)];
    if (picked === undefined) throw new RangeError('There is nothing to pick from');
    return picked;
  }
}
