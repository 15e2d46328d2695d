import { isTargetOf } from './target.js';

const REQUEST = {
  headers: {},
  protocol: 'https',
  host: 'api.example.com',
  originalUrl: '/auth/me?page=1',
};
const isFor = (htu: string, more: object = {}, publicUrl: string | null = null) =>
  isTargetOf({ ...REQUEST, ...more }, htu, publicUrl);

/** @see RFC 9449 section 4.3, point 9 */
describe('the htu of a proof', () => {
  it.each([
    ['the URL without its query', 'https://api.example.com/auth/me'],
    ['the URL as it is', 'https://api.example.com/auth/me?page=1'],
    ['another query and a fragment', 'https://api.example.com/auth/me?page=2#top'],
    ['scheme and host in capitals', 'HTTPS://API.EXAMPLE.COM/auth/me'],
    ['the port that the scheme has', 'https://api.example.com:443/auth/me'],
    ['letters that need no escape, escaped', 'https://api.example.com/%61uth/%6De'],
    ['a path with dots in it', 'https://api.example.com/x/../auth/./me'],
  ])('is for the request with %s', (_what, htu) => {
    expect(isFor(htu)).toBe(true);
  });

  it.each([
    ['another scheme', 'http://api.example.com/auth/me'],
    ['another host', 'https://evil.example/auth/me'],
    ['another port', 'https://api.example.com:8443/auth/me'],
    ['another path', 'https://api.example.com/auth/sessions'],
    ['a longer path', 'https://api.example.com/auth/me/'],
    ['a path in capitals', 'https://api.example.com/AUTH/me'],
    ['a slash that is escaped', 'https://api.example.com/auth%2Fme'],
    ['a user', 'https://ann@api.example.com/auth/me'],
    ['a password', 'https://:secret@api.example.com/auth/me'],
    ['the path alone', '/auth/me'],
    ['no scheme', '//api.example.com/auth/me'],
    ['a scheme after something else', 'xhttps://api.example.com/auth/me'],
    ['another kind of URL', 'ftp://api.example.com/auth/me'],
    ['no host', 'https://'],
    ['nothing', ''],
  ])('is not with %s', (_what, htu) => {
    expect(isFor(htu)).toBe(false);
  });

  it.each([
    ['escapes in capitals or not', '/a%3ab', 'https://api.example.com/a%3Ab', true],
    ['a dot, a tilde, a hyphen, escaped', '/a.~-_', 'https://api.example.com/a%2e%7e%2D%5F', true],
    ['a colon that the request has not escaped', '/a:b', 'https://api.example.com/a%3Ab', false],
  ])('is compared as RFC 3986 says: %s', (_what, originalUrl, htu, same) => {
    expect(isFor(htu, { originalUrl })).toBe(same);
  });

  it('is for a target in absolute form, whoever that names', () => {
    const originalUrl = 'HTTP://inside:3000/auth/me';
    expect(isFor('https://api.example.com/auth/me', { originalUrl })).toBe(true);
    expect(isFor('http://inside:3000/auth/me', { originalUrl })).toBe(false);
  });

  it('is not for a request whose path only holds a URL', () => {
    const originalUrl = '/proxy/http://inside/auth/me';
    expect(isFor('https://api.example.com/proxy//auth/me', { originalUrl })).toBe(false);
  });

  it('begins with publicUrl where that is given', () => {
    const publicUrl = 'https://example.com/backend';
    expect(isFor('https://example.com/backend/auth/me', {}, publicUrl)).toBe(true);
    expect(isFor('https://api.example.com/auth/me', {}, publicUrl)).toBe(false);
  });

  it('is the root of the host for a request whose path nobody tells', () => {
    expect(isFor('https://api.example.com/', { originalUrl: undefined })).toBe(true);
  });

  it('may be plain HTTP, in another spelling', () => {
    expect(isFor('HTTP://api.example.com/auth/me', { protocol: 'http' })).toBe(true);
  });

  it('is not for a request of which nobody knows the scheme, least of all where it is no URL', () => {
    expect(isFor('https://api.example.com/auth/me', { protocol: undefined })).toBe(false);
    expect(isFor('nonsense', { protocol: undefined })).toBe(false);
  });

  it('is not for a request that names no host', () => {
    expect(isFor('https://api.example.com/auth/me', { host: undefined })).toBe(false);
  });
});
