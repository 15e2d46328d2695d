import * as fc from 'fast-check';
import { openSuccessor, sealSuccessor } from './sealed-successor.js';

const PARENT = 'header.claims.signature';
const HASH = 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0';
const KEY = 'a key of the client';
const UNBOUND = { parentToken: PARENT, successorHash: HASH, idempotencyKey: null };
const BOUND = { ...UNBOUND, idempotencyKey: KEY };
const STAMP = {
  kid: 'tKQWgJ3xZpM',
  jti: 'AAECAwQFBgcICQoLDA0ODw',
  iat: 1_767_225_600,
  exp: 1_767_830_400,
};

describe('a sealed successor', () => {
  it('is opened by its parent', () => {
    expect(openSuccessor(sealSuccessor(STAMP, UNBOUND), UNBOUND)).toEqual(STAMP);
  });

  it('is opened by its parent and the Idempotency-Key of the first request', () => {
    expect(openSuccessor(sealSuccessor(STAMP, BOUND), BOUND)).toEqual(STAMP);
  });

  it.each([
    ['another token', BOUND, { ...BOUND, parentToken: 'header.claims.signaturf' }],
    ['a part of the token', BOUND, { ...BOUND, parentToken: 'header.claims' }],
    ['another successor', BOUND, { ...BOUND, successorHash: HASH.replace('u', 'v') }],
    ['another key', BOUND, { ...BOUND, idempotencyKey: 'a key of the thief!' }],
    ['no key where there was one', BOUND, UNBOUND],
    ['a key where there was none', UNBOUND, BOUND],
    ['an empty key where there was none', UNBOUND, { ...UNBOUND, idempotencyKey: '' }],
    ['no key where there was an empty one', { ...UNBOUND, idempotencyKey: '' }, UNBOUND],
    ['the word for no key where there was none', UNBOUND, { ...UNBOUND, idempotencyKey: 'null' }],
  ])('stays shut for %s', (_what, sealedFor, openedWith) => {
    expect(openSuccessor(sealSuccessor(STAMP, sealedFor), openedWith)).toBeNull();
  });

  it('opens for the same token, key and successor and for no others', () => {
    const anyContext = fc.record({
      parentToken: fc.string({ unit: 'binary' }),
      successorHash: fc.string(),
      idempotencyKey: fc.option(fc.string()),
    });
    fc.assert(
      fc.property(anyContext, anyContext, (context, other) => {
        const sealed = sealSuccessor(STAMP, context);
        const same = JSON.stringify(context) === JSON.stringify(other);
        expect(openSuccessor(sealed, context)).toEqual(STAMP);
        expect(openSuccessor(sealed, other)).toEqual(same ? STAMP : null);
      }),
    );
  });

  it('is never opened once a bit of it has changed', () => {
    const sealed = Buffer.from(sealSuccessor(STAMP, UNBOUND), 'base64url');
    fc.assert(
      fc.property(fc.nat({ max: sealed.length - 1 }), fc.nat({ max: 7 }), (at, bit) => {
        const changed = Buffer.from(sealed);
        changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at);
        expect(openSuccessor(changed.toString('base64url'), UNBOUND)).toBeNull();
      }),
    );
  });

  it('is never opened once it has been cut', () => {
    const sealed = sealSuccessor(STAMP, UNBOUND);
    fc.assert(
      fc.property(fc.nat({ max: sealed.length - 1 }), (length) => {
        expect(openSuccessor(sealed.slice(0, length), UNBOUND)).toBeNull();
      }),
    );
  });

  it('shows nothing of what is in it, nor of what it was sealed under', () => {
    const sealed = Buffer.from(sealSuccessor(STAMP, BOUND), 'base64url').toString('latin1');
    for (const secret of [STAMP.jti, STAMP.kid, String(STAMP.exp), PARENT, KEY]) {
      expect(sealed).not.toContain(secret);
    }
  });

  it('fits its column with the longest name of a key', () => {
    const stamp = { ...STAMP, kid: 'k'.repeat(43), iat: 4_920_825_600, exp: 8_074_425_600 };
    expect(sealSuccessor(stamp, BOUND).length).toBeLessThanOrEqual(255);
  });
});
