import { isCommon } from './common-passwords.js';

/** @see issue 11 */
describe('a password is among the commonest', () => {
  it.each([
    'password',
    'Password1',
    'ＰＡＳＳＷＯＲＤ',
    '12345678',
    'qwertyuiop',
    'iloveyou',
    'p@ssw0rd',
    '00000000',
    'aaaaaaaa',
    '123123123',
    'asdfasdf',
    'abcdefgh',
    '87654321',
  ])('such as %s', (password) => {
    expect(isCommon(password)).toBe(true);
  });

  it.each([
    'correct horse battery staple',
    'a better one',
    '😀'.repeat(8),
    'x'.repeat(72),
    'пароль мой',
    'constructor of mine',
  ])('unlike %s', (password) => {
    expect(isCommon(password)).toBe(false);
  });
});
