import { ReplayMemory } from './replay-memory.js';

const NOW = 1_767_225_600_000;

describe('a proof that is remembered', () => {
  it('is the first once, until it has ended', () => {
    const memory = new ReplayMemory();
    expect(memory.claim('a', NOW + 100, NOW)).toBe(true);
    expect(memory.claim('a', NOW + 100, NOW)).toBe(false);
    expect(memory.claim('b', NOW + 100, NOW)).toBe(true);
    expect(memory.claim('a', NOW + 200, NOW + 99)).toBe(false);
    expect(memory.claim('a', NOW + 200, NOW + 100)).toBe(true);
    expect(memory.claim('a', NOW + 200, NOW + 199)).toBe(false);
  });

  it('takes no room once it has ended', () => {
    const memory = new ReplayMemory();
    for (const [id, untilMs] of [
      ['a', NOW + 1],
      ['b', NOW + 2],
      ['c', NOW + 3],
    ] as const) {
      memory.claim(id, untilMs, NOW);
    }
    expect(memory.size).toBe(3);
    memory.claim('d', NOW + 100, NOW + 2);
    expect(memory.size).toBe(2);
    expect(memory.claim('c', NOW + 100, NOW + 2)).toBe(false);
  });

  it('makes room for another only where there is none left, the oldest first', () => {
    const memory = new ReplayMemory(3);
    for (const id of ['a', 'b', 'c', 'd']) memory.claim(id, NOW + 100, NOW);
    expect(memory.size).toBe(3);
    for (const id of ['b', 'c', 'd']) expect(memory.claim(id, NOW + 100, NOW)).toBe(false);
    expect(memory.claim('a', NOW + 100, NOW)).toBe(true);
  });

  it('is kept among 100,000 others, and not longer', () => {
    const memory = new ReplayMemory();
    for (let id = 0; id < 100_000; id += 1) memory.claim(String(id), NOW + 100, NOW);
    expect(memory.claim('0', NOW + 100, NOW)).toBe(false);
    memory.claim('one more', NOW + 100, NOW);
    expect(memory.size).toBe(100_000);
    expect(memory.claim('0', NOW + 100, NOW)).toBe(true);
  });

  it('that comes again after its end is as young as any', () => {
    const memory = new ReplayMemory(2);
    memory.claim('a', NOW + 1, NOW);
    memory.claim('b', NOW + 100, NOW);
    memory.claim('a', NOW + 100, NOW + 1);
    memory.claim('c', NOW + 100, NOW + 1);
    expect(memory.claim('a', NOW + 100, NOW + 2)).toBe(false);
  });

  it('that comes again after its end, behind a longer one, keeps none after it', () => {
    const memory = new ReplayMemory();
    memory.claim('a', NOW + 100, NOW);
    memory.claim('b', NOW + 10, NOW);
    memory.claim('c', NOW + 110, NOW);
    memory.claim('b', NOW + 200, NOW + 20);
    memory.claim('d', NOW + 300, NOW + 120);
    expect(memory.size).toBe(2);
  });
});
