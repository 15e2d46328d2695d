import * as fc from 'fast-check';
import * as v from 'valibot';
import { InvalidRequestError } from '../../errors.js';
import { presentedPasswordSchema } from '../../users/credential-rules.js';
import { newPasswordSchema, newUsernameSchema, assertNotGuessable } from './new-credentials.js';

/** @see issue 11 */
describe('a new password', () => {
  it.each([
    ['8 characters', 'x'.repeat(8)],
    ['8 characters of four bytes', '😀'.repeat(8)],
    ['1024 bytes', 'x'.repeat(1024)],
    ['256 characters of four bytes', '😀'.repeat(256)],
    ['control characters and NUL', '\0\n\t\x7fabcd'],
    ['spaces', ' '.repeat(8)],
  ])('may be %s', (_what, password) => {
    expect(v.parse(newPasswordSchema, password)).toBe(password);
  });

  it.each([
    ['7 characters', 'x'.repeat(7)],
    ['7 characters of 28 bytes', '😀'.repeat(7)],
    ['1025 bytes', 'x'.repeat(1025)],
    ['257 characters of four bytes', '😀'.repeat(257)],
    ['half a character', '12345678\ud83d'],
    ['a number', 12_345_678],
    ['null', null],
    ['missing', undefined],
  ])('is refused: %s', (_what, password) => {
    const { issues } = v.safeParse(newPasswordSchema, password);
    expect(issues?.[0].message).toBe(
      'takes a string of at least 8 characters and at most 1024 bytes of UTF-8',
    );
  });

  it('can be presented afterwards, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 1100 }), (password) => {
        const settable = v.safeParse(newPasswordSchema, password).success;
        expect(settable && !v.safeParse(presentedPasswordSchema, password).success).toBe(false);
      }),
    );
  });

  it.each(['Ann Margaret', 'ANN MARGARET', 'ａｎｎ margaret'])(
    'is not the user name: %s',
    (password) => {
      expect(() => assertNotGuessable('password', password, 'Ann Margaret')).toThrow(
        new InvalidRequestError('password takes something else than the user name'),
      );
    },
  );

  /** @see issue 16 */
  it.each([
    'acme rocket!',
    'ACME2034acme',
    'Rocketrocket7',
    'ａｃｍｅ-rocket-1',
    'rocketeerrocketeerrocketeer',
  ])('is more than the words of the service: not %s', (password) => {
    const words = ['Acme', 'rocket', 'rocketeer'];
    expect(() => assertNotGuessable('password', password, 'ann', words)).toThrow(
      new InvalidRequestError(
        'password takes a password that is more than the words of this service',
      ),
    );
    expect(() => assertNotGuessable('password', password, 'ann')).not.toThrow();
    const longer = `${password} and much else`;
    expect(() => assertNotGuessable('password', longer, 'ann', words)).not.toThrow();
  });

  it('is not one of the commonest', () => {
    expect(() => assertNotGuessable('new_password', 'Password1', 'ann')).toThrow(
      new InvalidRequestError('new_password takes a password that is not among the commonest'),
    );
    expect(() => assertNotGuessable('password', 'ann margaret 7', 'ann')).not.toThrow();
  });
});

const messageFor = (name: unknown) => v.safeParse(newUsernameSchema, name).issues?.[0].message;

it('a new user name is one that a login takes, and no imitation', () => {
  expect(messageFor('ann')).toBeUndefined();
  expect(messageFor('ann\0')).toMatch(/control characters$/);
  expect(messageFor(7)).toMatch(/control characters$/);
  expect(messageFor('p\u0430ypal')).toMatch(/one script$/);
});
