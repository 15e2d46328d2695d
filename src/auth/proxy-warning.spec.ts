import { comesThroughUnknownProxy } from './proxy-warning.js';

/** A request that arrives over a connection with `peer`, and whose address the platform says is `ip`. */
const request = (
  peer: string | undefined,
  ip: string | undefined,
  headers: Readonly<Record<string, string>>,
) => ({ headers, ...(ip === undefined ? {} : { ip }), socket: { remoteAddress: peer } });

const LIST = { 'x-forwarded-for': '203.0.113.7' };
const FORWARDED = { forwarded: 'for=203.0.113.7' };

/** @see issue 11 */
it.each([
  ['from this machine', request('127.0.0.1', '127.0.0.1', LIST)],
  ['from this machine in IPv6', request('::1', '::1', LIST)],
  ['from this machine, mapped', request('::ffff:127.0.0.1', '::ffff:127.0.0.1', LIST)],
  ['from a private network', request('10.0.0.5', '10.0.0.5', LIST)],
  ['from a socket without an address', request(undefined, undefined, LIST)],
  ['in the words of RFC 7239', request('10.0.0.5', '10.0.0.5', FORWARDED)],
])('a proxy that is not believed is noticed %s', (_what, asked) => {
  expect(comesThroughUnknownProxy(asked)).toBe(true);
});

it.each([
  ['nobody has sent the request on', request('10.0.0.5', '10.0.0.5', {})],
  ['the proxy is believed', request('10.0.0.5', '203.0.113.7', LIST)],
  ['the proxy is believed, but writes no address', request('10.0.0.5', 'unknown', LIST)],
  ['the header comes from far away', request('198.51.100.1', '198.51.100.1', LIST)],
  [
    'proxy and client are the same machine',
    request('127.0.0.1', '127.0.0.1', { 'x-forwarded-for': '203.0.113.7, 127.0.0.1' }),
  ],
])('none is noticed where %s', (_what, asked) => {
  expect(comesThroughUnknownProxy(asked)).toBe(false);
});
