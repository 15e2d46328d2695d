import { jest } from '@jest/globals';
import { TurnedClock } from '../../../test/host/turned-clock.js';
import { InvalidDpopProofError } from '../../errors.js';
import { resolveOptions } from '../auth.options.js';
import type { DpopReplays } from './replay-memory.js';
import { UsedProofs } from './used-proofs.js';

const NOW_SECONDS = 1_767_225_600;
const PROOF = {
  jkt: 'thumbprint',
  jti: 'id',
  htm: 'GET',
  htu: 'https://api.example.com/',
  iat: NOW_SECONDS,
  ath: undefined,
  nonce: undefined,
};
const UNTIL = NOW_SECONDS + 60;

let clock: TurnedClock;

beforeEach(() => {
  clock = new TurnedClock(NOW_SECONDS * 1000);
});

function usedProofs(dpopReplays?: DpopReplays): UsedProofs {
  const options = {
    users: { authenticate: async () => null, findById: async () => null },
    accessSecret: 'the access secret, 32 bytes or more.',
    refreshSecret: 'the refresh secret, 32 bytes or more',
    dpopReplays,
  };
  return new UsedProofs({ ...resolveOptions(options), users: options.users }, clock);
}

describe('a proof', () => {
  it('is good once, the millisecond included in which it is too old for anything', () => {
    const used = usedProofs();
    expect(used.claim(PROOF, UNTIL, true)).toBeUndefined();
    clock.turn(60);
    expect(() => used.claim(PROOF, UNTIL, true)).toThrow(InvalidDpopProofError);
    clock.turn(0.001);
    expect(used.claim(PROOF, UNTIL, true)).toBeUndefined();
  });

  it('is another one with another id, or by another key', () => {
    const used = usedProofs();
    for (const proof of [PROOF, { ...PROOF, jti: 'other' }, { ...PROOF, jkt: 'other' }]) {
      expect(used.claim(proof, UNTIL, true)).toBeUndefined();
    }
  });

  it('of a login pushes none of a session out', () => {
    const used = usedProofs();
    void used.claim(PROOF, UNTIL, true);
    for (let id = 0; id <= 100_000; id += 1) {
      void used.claim({ ...PROOF, jti: String(id) }, UNTIL, false);
    }
    expect(() => used.claim(PROOF, UNTIL, true)).toThrow(InvalidDpopProofError);
  });
});

/** As Redis would: the first who claims an id has it. */
function sharedMemory() {
  const claimed = new Map<string, number>();
  const claim = jest.fn(async (id: string, seconds: number) => {
    const isFirst = !claimed.has(id);
    claimed.set(id, seconds);
    return isFirst;
  });
  return { claimed, claim };
}

const failing = { claim: () => Promise.reject(new Error('away')) };

describe('a memory that the instances share', () => {
  it('lets a proof be good once on all of them', async () => {
    const memory = sharedMemory();
    await usedProofs(memory).claim(PROOF, UNTIL, true);
    const elsewhere = usedProofs(memory).claim(PROOF, UNTIL, true);
    await expect(elsewhere).rejects.toThrow(InvalidDpopProofError);
  });

  it('is told a name that reveals nothing, and how long the proof may still come', async () => {
    const memory = sharedMemory();
    clock.turn(10.5);
    await usedProofs(memory).claim(PROOF, UNTIL, true);
    const [[id, seconds] = []] = memory.claimed;
    expect(id).toMatch(/^[\w-]{43}$/);
    expect(seconds).toBe(51);
  });

  it('is not asked for what was used here', async () => {
    const memory = sharedMemory();
    const used = usedProofs(memory);
    await used.claim(PROOF, UNTIL, true);
    expect(() => used.claim(PROOF, UNTIL, true)).toThrow(InvalidDpopProofError);
    expect(memory.claim).toHaveBeenCalledTimes(1);
  });

  it('leaves each instance to its own while it fails', async () => {
    const used = usedProofs(failing);
    await expect(used.claim(PROOF, UNTIL, true)).resolves.toBeUndefined();
    expect(() => used.claim(PROOF, UNTIL, true)).toThrow(InvalidDpopProofError);
  });
});
