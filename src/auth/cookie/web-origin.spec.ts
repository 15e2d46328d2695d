import { isAppOrigin, isFromHere, isWebOrigin } from './web-origin.js';

/** @see issue 11 */
describe('an origin', () => {
  it.each([
    'https://app.example.com',
    'http://localhost:5173',
    'https://[2001:db8::1]:8443',
    'capacitor://localhost',
    'ionic://localhost',
    'tauri://localhost',
    'chrome-extension://abcdefghijklmnop',
    'app2://localhost:8080',
  ])('is %s', (text) => {
    expect(isWebOrigin(text)).toBe(true);
  });

  it.each([
    '',
    'null',
    '*',
    'example.com',
    'https://',
    'https://app.example.com/',
    'https://app.example.com:443',
    'https://APP.example.com',
    'https://*.example.com',
    'https://ann@example.com',
    'capacitor://',
    'capacitor://localhost/',
    'Capacitor://localhost',
    'file://localhost',
    'data:text/html,x',
    'javascript:alert(1)',
    'http://localhost:80',
    'x https://app.example.com',
    'my app://localhost',
    'capacitor://localhost:80a',
    'blob:https://app.example.com',
  ])('is not %s', (text) => {
    expect(isWebOrigin(text)).toBe(false);
  });

  it.each([
    ['capacitor://localhost', true],
    ['https://app.example.com', false],
    ['http://localhost', false],
    ['null', false],
  ])('of %s, an app rather than a site: %s', (origin, expected) => {
    expect(isAppOrigin(origin)).toBe(expected);
  });
});

describe('a request comes from here', () => {
  const LISTED = ['https://app.example.com', 'capacitor://localhost'];
  const isOurs = (origin: string | undefined, host = 'api.example.com', protocol = 'https') =>
    isFromHere({ headers: { origin, host }, protocol }, LISTED);

  it.each([
    ['without an origin, for then no page sent it', undefined],
    ['from the server’s own', 'https://api.example.com'],
    ['from a listed one', 'https://app.example.com'],
    ['from a listed app', 'capacitor://localhost'],
  ])('%s', (_what, origin) => {
    expect(isOurs(origin)).toBe(true);
  });

  it.each([
    ['another scheme', 'http://api.example.com'],
    ['another port', 'https://api.example.com:8443'],
    ['a parent domain', 'https://example.com'],
    ['a domain that only begins alike', 'https://api.example.com.evil.example'],
    ['null', 'null'],
    ['nothing', ''],
  ])('but not from %s', (_what, origin) => {
    expect(isOurs(origin)).toBe(false);
  });

  it('whether or not a gateway writes the default port', () => {
    expect(isOurs('https://api.example.com', 'api.example.com:443')).toBe(true);
    expect(isOurs('https://api.example.com', 'api.example.com:80')).toBe(false);
  });

  it('as its HTTP/2 request says, which has no Host', () => {
    const authority = { ':authority': 'api.example.com' };
    const own = { origin: 'https://api.example.com', ...authority };
    expect(isFromHere({ headers: own, protocol: 'https' }, [])).toBe(true);
    const foreign = { origin: 'https://evil.example.com', ...authority };
    expect(isFromHere({ headers: foreign, protocol: 'https' }, [])).toBe(false);
  });

  it('and from nowhere where the request does not say what it was sent to', () => {
    expect(isFromHere({ headers: { origin: 'https://a.example' }, protocol: 'https' }, [])).toBe(
      false,
    );
    expect(isOurs('null', '', 'data')).toBe(false);
  });
});
