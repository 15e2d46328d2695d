import { generateKeyPairSync } from 'node:crypto';
import { KeyRing } from './key-ring.js';
import { privateKey, secretKey } from './signing-key.js';

const pem = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();

const NEW = secretKey('the new secret, of 32 bytes or more');
const OLD = secretKey('the old secret, of 32 bytes or more');
const ELSEWHERE = secretKey('the secret of somebody else, 32 bytes');
const NEW_PAIR = privateKey(pem());
const OLD_PAIR = privateKey(pem());

describe('a ring of keys', () => {
  it('signs with the current key', () => {
    expect(new KeyRing(NEW, [OLD]).current).toBe(NEW);
  });

  it('finds the current key and the previous ones, and no other', () => {
    const ring = new KeyRing(NEW, [OLD]);
    expect(ring.find(NEW.kid)).toBe(NEW);
    expect(ring.find(OLD.kid)).toBe(OLD);
    expect(ring.find(ELSEWHERE.kid)).toBeUndefined();
  });

  it.each(['', '__proto__', 'constructor', 'toString'])('has no key named "%s"', (kid) => {
    expect(new KeyRing(NEW, [OLD]).find(kid)).toBeUndefined();
  });

  it('lists the current key first, and a key that is given twice once', () => {
    expect(new KeyRing(NEW, [OLD, NEW]).all.map(({ kid }) => kid)).toEqual([NEW.kid, OLD.kid]);
  });

  it('signs with the current key where its public half is a previous one', () => {
    const { signWith: _private, ...publicHalf } = NEW_PAIR;
    const ring = new KeyRing(NEW_PAIR, [publicHalf]);
    expect(ring.find(NEW_PAIR.kid)).toBe(NEW_PAIR);
    expect(ring.all).toEqual([NEW_PAIR]);
  });

  it('has the keys that it was given last, and tells by its list that they are others', () => {
    const ring = new KeyRing(OLD_PAIR);
    const before = ring.all;
    expect(ring.all).toBe(before);
    ring.change(NEW_PAIR, []);
    expect(ring.all).not.toBe(before);
    expect([ring.current, ring.find(NEW_PAIR.kid), ring.find(OLD_PAIR.kid)]).toEqual([
      NEW_PAIR,
      NEW_PAIR,
      undefined,
    ]);
    expect(ring.publicJwks().map(({ kid }) => kid)).toEqual([NEW_PAIR.kid]);
  });

  it('publishes nothing of a secret', () => {
    expect(new KeyRing(NEW, [OLD]).publicJwks()).toEqual([]);
  });

  it('publishes the public halves of current and previous keys, and nothing private', () => {
    const [first, second] = new KeyRing(NEW_PAIR, [OLD_PAIR]).publicJwks();
    expect(Object.keys(first ?? {}).toSorted()).toEqual([
      'alg',
      'crv',
      'kid',
      'kty',
      'use',
      'x',
      'y',
    ]);
    expect(first).toMatchObject({ kid: NEW_PAIR.kid, alg: 'ES256', use: 'sig', crv: 'P-256' });
    expect(second?.kid).toBe(OLD_PAIR.kid);
  });

  it('publishes the pairs and keeps the secret back where both verify', () => {
    expect(new KeyRing(NEW_PAIR, [OLD]).publicJwks().map(({ kid }) => kid)).toEqual([NEW_PAIR.kid]);
  });
});
