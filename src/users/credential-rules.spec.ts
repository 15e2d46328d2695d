import * as fc from 'fast-check';
import * as v from 'valibot';
import { plainText, presentedPasswordSchema, usernameSchema } from './credential-rules.js';

const LONE_SURROGATE = '\ud83d';

describe('a user name', () => {
  it.each([
    ['one character', 'a'],
    ['128 characters', 'a'.repeat(128)],
    ['128 characters of four bytes', '😀'.repeat(128)],
    ['128 characters that NFKC makes longer', 'ﷺ'.repeat(128)],
    ['a space', ' '],
    ['what every object has', '__proto__'],
    ['characters that join others', 'e\u0301\u200d'],
  ])('may be %s', (_what, name) => {
    expect(v.parse(usernameSchema, name)).toBe(name);
  });

  it.each([
    ['empty', ''],
    ['129 characters', 'a'.repeat(129)],
    ['129 characters of four bytes', '😀'.repeat(129)],
    ['with a NUL', 'ann\0'],
    ['with a tab', 'ann\t'],
    ['with the end of a line', 'ann\n'],
    ['with a DEL', 'ann\x7f'],
    ['with a control character of Latin-1', 'ann\x85'],
    ['with half a character', `ann${LONE_SURROGATE}`],
    ['a number', 1],
    ['null', null],
    ['a list', ['ann']],
    ['an object', { $ne: '' }],
  ])('is refused: %s', (_what, name) => {
    const { issues } = v.safeParse(usernameSchema, name);
    expect(issues?.[0].message).toBe(
      'takes a string of 1 to 128 characters without control characters',
    );
  });

  it('is counted in code points, as it was sent', () => {
    const characters = fc.string({ unit: 'grapheme', minLength: 100, maxLength: 150 });
    fc.assert(
      fc.property(characters, (name) => {
        fc.pre(!/\p{Cc}/u.test(name));
        expect(v.safeParse(usernameSchema, name).success).toBe(Array.from(name).length <= 128);
      }),
    );
  });
});

it('takes a text that may be empty where that is said', () => {
  expect(v.parse(plainText(0, 128), '')).toBe('');
});

describe('a password that is presented', () => {
  it.each([
    ['one byte', 'x'],
    ['1024 bytes', 'x'.repeat(1024)],
  ])('may be %s', (_what, password) => {
    expect(v.parse(presentedPasswordSchema, password)).toBe(password);
  });

  it.each([
    ['empty', ''],
    ['1025 bytes', 'x'.repeat(1025)],
    ['half a character', LONE_SURROGATE],
  ])('is refused: %s', (_what, password) => {
    const { issues } = v.safeParse(presentedPasswordSchema, password);
    expect(issues?.[0].message).toBe('takes a string of 1 to 1024 bytes of UTF-8');
  });
});
