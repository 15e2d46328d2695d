import {
  bindingTo,
  boundKeyOf,
  decodePart,
  encodePart,
  frozen,
  isGeneration,
  isRegistered,
  isThumbprint,
  isWhole,
} from './claims.js';

const JKT = 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0';
const CLAIMS = { sub: 'ann', sid: 's', gen: 0, jti: 'j', iat: 1, exp: 2 };

describe('a token has the claims of this module', () => {
  it.each<[string, object]>([
    ['all of them', {}],
    ['and others of the application', { tenant: 'north' }],
    ['of the longest ids', { sub: 'u'.repeat(255), sid: 's'.repeat(36) }],
    ['of a session that is bound to a key', { cnf: { jkt: JKT } }],
    ['of the last generation that has a next', { gen: 2_147_483_646 }],
    ['and began with the epoch', { iat: 0, exp: 0 }],
  ])('%s', (_what, more) => {
    expect(isRegistered({ ...CLAIMS, ...more })).toBe(true);
  });

  it.each(Object.keys(CLAIMS))('not without %s', (name) => {
    expect(isRegistered({ ...CLAIMS, [name]: undefined })).toBe(false);
  });

  it.each<[string, object]>([
    ['an empty user id', { sub: '' }],
    ['a user id that no row can hold', { sub: 'u'.repeat(256) }],
    ['a user id that is a number', { sub: 1 }],
    ['an empty session id', { sid: '' }],
    ['a session id that no row can hold', { sid: 's'.repeat(37) }],
    ['a session id with a NUL', { sid: 's\0' }],
    ['a negative generation', { gen: -1 }],
    ['half a generation', { gen: 0.5 }],
    ['a generation as text', { gen: '0' }],
    ['a generation after which there is none', { gen: 2_147_483_647 }],
    ['an id that is no text', { jti: 1 }],
    ['a negative time', { iat: -1 }],
    ['a fraction of a second', { exp: 2.5 }],
    ['a time beyond what numbers count', { exp: 2 ** 53 }],
    ['another method of confirmation', { cnf: { x5t: JKT } }],
    ['a confirmation that is no object', { cnf: JKT }],
    ['no confirmation, said in words', { cnf: null }],
    ['a list of confirmations', { cnf: [{ jkt: JKT }] }],
  ])('not with %s', (_what, more) => {
    expect(isRegistered({ ...CLAIMS, ...more })).toBe(false);
  });
});

it.each<[unknown, boolean]>([
  [JKT, true],
  [`${JKT}A`, false],
  [JKT.slice(1), false],
  [`${JKT.slice(1)}+`, false],
  [`${JKT}\n`, false],
  [[JKT], false],
  [null, false],
])('%p is a thumbprint: %s', (value, expected) => {
  expect(isThumbprint(value)).toBe(expected);
});

it.each<[unknown, boolean, boolean]>([
  [0, true, true],
  [2_147_483_646, true, true],
  [2_147_483_647, true, false],
  [-1, false, false],
  [1.5, false, false],
  ['1', false, false],
  [Number.MAX_SAFE_INTEGER + 1, false, false],
])('%p is whole: %s, and a generation: %s', (value, whole, generation) => {
  expect([isWhole(value), isGeneration(value)]).toEqual([whole, generation]);
});

it('the binding of a session is read as it was written, and a bearer has none', () => {
  expect(bindingTo(JKT)).toEqual({ cnf: { jkt: JKT } });
  expect(boundKeyOf(bindingTo(JKT))).toBe(JKT);
  expect(bindingTo(null)).toEqual({});
  expect(boundKeyOf({})).toBeNull();
});

describe('a part of a JWT', () => {
  it('is JSON in base64url, and read as it was written', () => {
    const part = { alg: 'HS256', sub: 'ünï', list: [1] };
    expect(encodePart(part)).toMatch(/^[\w-]+$/);
    expect(decodePart(encodePart(part))).toEqual(part);
  });

  it.each(['[1]', 'null', '1', '"text"', 'nonsense', ''])('is no object: %s', (json) => {
    expect(decodePart(Buffer.from(json).toString('base64url'))).toBeNull();
  });
});

it('claims are frozen to their last leaf', () => {
  const claims = frozen({ sub: 'ann', roles: [{ name: 'admin' }], none: null });
  for (const value of [claims, claims.roles, claims.roles[0]]) {
    expect(Object.isFrozen(value)).toBe(true);
  }
});
