import * as v from 'valibot';
import { cookiePath, cookiesSchema } from './cookie-options.js';

const DEFAULTS = { origins: [], allowPlainHttp: false, sameSite: 'strict' };

it.each<[unknown, object | null]>([
  [false, null],
  [true, DEFAULTS],
  [{}, DEFAULTS],
  [
    { sameSite: 'none', path: '/api' },
    { ...DEFAULTS, sameSite: 'none', path: '/api' },
  ],
  [
    { origins: ['https://app.example.com'], allowPlainHttp: true },
    { origins: ['https://app.example.com'], allowPlainHttp: true, sameSite: 'strict' },
  ],
])('cookies: %j stands for %j', (given, expected) => {
  expect(v.parse(cookiesSchema, given)).toEqual(expected);
});

describe('the path of a cookie', () => {
  it.each(['/', '/api', '/api/auth~1/%20'])('may be %s', (path) => {
    expect(v.is(cookiePath, path)).toBe(true);
  });

  it.each(['', 'api', 'https://example.com/', '/a;b', '/a b', '/a\n', '/ü', '/a; Domain=/x'])(
    'may not be %j',
    (path) => {
      expect(v.is(cookiePath, path)).toBe(false);
    },
  );
});
