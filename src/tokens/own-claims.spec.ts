import { ownClaims } from './own-claims.js';

/** @see issue 11 */
describe("an application's own claims", () => {
  class Roles {
    constructor(readonly roles: readonly string[]) {}
  }

  it.each([
    ['an object', { roles: ['reader'] }, { roles: ['reader'] }],
    ['an instance of a class', new Roles(['reader']), { roles: ['reader'] }],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ['an object that says what it is in JSON', { toJSON: () => ({ a: 1 }) }, { a: 1 }],
    ['dates in it', { since: new Date(0) }, { since: '1970-01-01T00:00:00.000Z' }],
    ['nothing', undefined, {}],
  ])('may be %s', (_what, returned, claims) => {
    expect(ownClaims(returned)).toEqual(claims);
  });

  it('are a copy, so that a change afterwards changes nothing', () => {
    const returned = { roles: ['reader'] };
    const claims = ownClaims(returned);
    returned.roles.push('admin');
    expect(claims).toEqual({ roles: ['reader'] });
  });

  it.each([
    ['a string', 'admin'],
    ['a list', ['admin']],
    ['a number', 7],
    ['a boolean', true],
    ['a bigint', 7n],
    ['a symbol', Symbol('admin')],
    ['a function', () => ({})],
    ['null', null],
    ['a Map', new Map([['role', 'admin']])],
    ['a Date', new Date(0)],
    ['a String', Object('admin')],
    ['a string', { toJSON: () => 'admin' }],
    ['a list', { toJSON: () => ['admin'] }],
  ])('may not be %s', (kind, returned) => {
    const refusal = `accessTokenClaims returned ${kind}: it takes an object`;
    expect(() => ownClaims(returned)).toThrow(new TypeError(refusal));
  });

  it.each([
    ['a bigint', { count: 7n }],
    ['a circle', circle()],
    ['what fails to say what it is', { toJSON: () => fail() }],
  ])('may not hold %s', (_what, returned) => {
    expect(() => ownClaims(returned)).toThrow(/^accessTokenClaims returned what JSON cannot hold$/);
    expect(() => ownClaims(returned)).toThrow(TypeError);
  });

  it.each(['iss', 'aud', 'sub', 'sid', 'gen', 'jti', 'iat', 'exp', 'nbf', 'cnf', 'toString'])(
    'may not be named %s',
    (name) => {
      expect(() => ownClaims({ [name]: 'mine' })).toThrow(
        new TypeError(`accessTokenClaims returned "${name}", a name that the module sets itself`),
      );
    },
  );
});

function circle(): object {
  const ring: Record<string, unknown> = {};
  ring['itself'] = ring;
  return ring;
}

function fail(): never {
  throw new Error('no');
}
