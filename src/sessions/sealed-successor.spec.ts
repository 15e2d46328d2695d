import * as fc from 'fast-check';
import { openSuccessor, sealSuccessor } from './sealed-successor.js';

const PARENT = 'header.claims.signature';
const KEY = 'a key of the client';
const SEED = {
  kid: 'tKQWgJ3xZpM',
  jti: 'AAECAwQFBgcICQoLDA0ODw',
  iat: 1_767_225_600,
  exp: 1_767_830_400,
};

const anyKey = fc.option(fc.string());

describe('a sealed successor', () => {
  it('is opened by its parent', () => {
    expect(openSuccessor(sealSuccessor(SEED, PARENT, null), PARENT, null)).toEqual(SEED);
  });

  it('is opened by its parent and the Idempotency-Key of the first request', () => {
    expect(openSuccessor(sealSuccessor(SEED, PARENT, KEY), PARENT, KEY)).toEqual(SEED);
  });

  it.each([
    ['another token', KEY, 'header.claims.signaturf', KEY],
    ['a part of the token', KEY, 'header.claims', KEY],
    ['another key', KEY, PARENT, 'a key of the thief!'],
    ['no key where there was one', KEY, PARENT, null],
    ['a key where there was none', null, PARENT, KEY],
    ['an empty key where there was none', null, PARENT, ''],
    ['no key where there was an empty one', '', PARENT, null],
    ['the word for no key where there was none', null, PARENT, 'unbound'],
  ])('stays shut for %s', (_what, sealedWith, token, openedWith) => {
    expect(openSuccessor(sealSuccessor(SEED, PARENT, sealedWith), token, openedWith)).toBeNull();
  });

  it('opens for the same token and key and for no others', () => {
    const pair = fc.tuple(fc.string(), anyKey);
    fc.assert(
      fc.property(pair, pair, ([token, key], [otherToken, otherKey]) => {
        const sealed = sealSuccessor(SEED, token, key);
        const same = token === otherToken && key === otherKey;
        expect(openSuccessor(sealed, token, key)).toEqual(SEED);
        expect(openSuccessor(sealed, otherToken, otherKey)).toEqual(same ? SEED : null);
      }),
    );
  });

  it('is never opened once a bit of it has changed', () => {
    const sealed = Buffer.from(sealSuccessor(SEED, PARENT, null), 'base64url');
    fc.assert(
      fc.property(fc.nat({ max: sealed.length - 1 }), fc.nat({ max: 7 }), (at, bit) => {
        const changed = Buffer.from(sealed);
        changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at);
        expect(openSuccessor(changed.toString('base64url'), PARENT, null)).toBeNull();
      }),
    );
  });

  it('is never opened once it has been cut', () => {
    const sealed = sealSuccessor(SEED, PARENT, null);
    fc.assert(
      fc.property(fc.nat({ max: sealed.length - 1 }), (length) => {
        expect(openSuccessor(sealed.slice(0, length), PARENT, null)).toBeNull();
      }),
    );
  });

  it('never looks the same twice', () => {
    expect(sealSuccessor(SEED, PARENT, null)).not.toBe(sealSuccessor(SEED, PARENT, null));
  });

  it('shows nothing of what is in it, nor of what it was sealed under', () => {
    const sealed = Buffer.from(sealSuccessor(SEED, PARENT, KEY), 'base64url').toString('latin1');
    for (const secret of [SEED.jti, SEED.kid, String(SEED.exp), PARENT, KEY]) {
      expect(sealed).not.toContain(secret);
    }
  });

  it('fits its column with the longest name of a key', () => {
    const seed = { ...SEED, kid: 'k'.repeat(43), iat: 4_920_825_600, exp: 8_074_425_600 };
    expect(sealSuccessor(seed, PARENT, KEY).length).toBeLessThanOrEqual(255);
  });
});
