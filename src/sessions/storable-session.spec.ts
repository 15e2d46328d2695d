import { requireReason, requireSessionId, storableUserId } from './storable-session.js';

/** @see issue 11 */
describe('the id of a user', () => {
  it.each<[unknown, string]>([
    ['ann', 'ann'],
    [7, '7'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [2n ** 63n, '9223372036854775808'],
    [{ toHexString: () => '65a0' }, '65a0'],
    ['x'.repeat(255), 'x'.repeat(255)],
  ])('%p is stored as text', (id, text) => {
    expect(storableUserId(id)).toBe(text);
  });

  it.each<[unknown]>([
    [2 ** 53],
    [-(2 ** 53)],
    [0.5],
    [Number.NaN],
    [''],
    ['x'.repeat(256)],
    ['a\0'],
    ['\ud800'],
    [null],
    [undefined],
    [{}],
    [true],
  ])('%p is refused', (id) => {
    expect(() => storableUserId(id)).toThrow(TypeError);
  });
});

it.each([
  ['a reason', requireReason, 64],
  ['a session id', requireSessionId, 36],
] as const)('%s has no more characters than its column', (_what, require, most) => {
  expect(() => require('x'.repeat(most))).not.toThrow();
  expect(() => require('x'.repeat(most + 1))).toThrow(TypeError);
  expect(() => require(1)).toThrow(TypeError);
});
