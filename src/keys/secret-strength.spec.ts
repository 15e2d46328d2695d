import { randomBytes, randomUUID } from 'node:crypto';
import { isGuessable } from './secret-strength.js';

/** @see issue 16 */
it.each([
  ['a common password and digits in a row', 'password123456789012345678901234'],
  ['a common password in capitals and digits', 'PASSWORD-0123456789-9876543210-00'],
  ['a word over and over', 'letmeinletmeinletmeinletmeinletmein'],
  ['a word over and over, numbered', 'password1password2password3password4'],
  ['words over and over', 'correct horse correct horse correct horse'],
  ['rows of the keyboard', 'qwertyuiopasdfghjklzxcvbnm123456'],
  ['columns of the keyboard', '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,'],
  ['rows of the keyboard backwards', 'poiuytrewqlkjhgfdsamnbvcxz0987654321'],
  ['the alphabet', 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'],
  ['digits alone', '48151623423141592653589793238462'],
  ['digits in a row', '0123456789012345678901234567890123456789'],
  ['one date after the other', '2024-01-01-2024-02-02-2024-03-03'],
  ['one character', '0000000000000000000000000000000000000000'],
  ['a few characters, each for long', 'aaaaaaaabbbbbbbbccccccccdddddddd'],
  ['a pair of characters', 'abababababababababababababababab'],
  ['16 random characters, twice', 'Zk3.x!Qm7$Lw9@TpZk3.x!Qm7$Lw9@Tp'],
  ['what an example says', 'your-256-bit-secret-of-refresh-tokens'],
])('a secret is guessable that is %s', (_what, secret) => {
  expect(isGuessable(secret)).toBe(true);
});

it.each([
  ['a sentence', 'a secret of the tests for access tokens'],
  ['six words that dice have chosen', 'plank-otter-viola-crumb-swift-noble'],
  ['other letters', 'Ünïcödé — schlüssel für die Prüfungen'],
])('a secret is good enough that is %s', (_what, secret) => {
  expect(isGuessable(secret)).toBe(false);
});

it.each([
  ['openssl rand -base64 32', () => randomBytes(32).toString('base64')],
  ['openssl rand -hex 32', () => randomBytes(32).toString('hex')],
  ['openssl rand -hex 16', () => randomBytes(16).toString('hex')],
  ['24 bytes, base64url', () => randomBytes(24).toString('base64url')],
  ['a UUID', () => randomUUID()],
])('no secret is guessable that was made at random: %s', (_what, make) => {
  const made = Array.from({ length: 2000 }, make);
  expect(made.filter(isGuessable)).toEqual([]);
});
