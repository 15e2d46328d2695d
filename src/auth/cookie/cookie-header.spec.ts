import { cookieDomains, cookiePaths, cookieValues } from './cookie-header.js';

/** @see issue 11 */
describe('the values under a name in a Cookie header', () => {
  it.each([
    ['', []],
    ['a=b', []],
    ['name=x', ['x']],
    ['a=b; name=x; c=d', ['x']],
    ['a=b;name=x;c=d', ['x']],
    ['name=x; name=y', ['x', 'y']],
    ['name=x; name=x', ['x', 'x']],
    ['name=; name=x', ['', 'x']],
    ['name=a=b', ['a=b']],
    ['name="x"', ['"x"']],
    ['name=%78', ['%78']],
    ['Name=x; name2=y; _name=z; names=; name', []],
  ])('%s', (header, values) => {
    expect(cookieValues(header, 'name')).toEqual(values);
  });
});

it.each([
  ['localhost', [undefined]],
  ['localhost:3000', [undefined]],
  ['127.0.0.1:3000', [undefined]],
  ['[::1]:3000', [undefined]],
  ['', [undefined]],
  ['evil.example; Domain=x', [undefined]],
  ['evil; a.example.com', [undefined]],
  ['a.evil; b.example.com', [undefined]],
  ['a:1.example.com', [undefined]],
  ['example.com', [undefined, 'example.com']],
  ['api.eu.example.com:8443', [undefined, 'api.eu.example.com', 'eu.example.com', 'example.com']],
])('a cookie that reaches %s can have been set for %p', (host, domains) => {
  expect(cookieDomains(host)).toStrictEqual(domains);
});

it.each([
  ['/', ['/']],
  ['/auth/token/refresh', ['/', '/auth', '/auth/token', '/auth/token/refresh']],
  ['//token/', ['/', '/token']],
])('a cookie that reaches %s can have been set for %p', (path, paths) => {
  expect(cookiePaths(path)).toEqual(paths);
});
