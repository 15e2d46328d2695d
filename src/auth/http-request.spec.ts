import { once } from 'node:events';
import { Socket } from 'node:net';
import { InvalidRequestError } from '../errors.js';
import {
  accessTokenIn,
  addressOf,
  bodyOf,
  connectionSignal,
  idempotencyKeyOf,
  originOf,
  schemeIn,
} from './http-request.js';

const headed = (name: string, value: string | string[] | undefined) => ({
  headers: { [name]: value },
});

it.each<[string | undefined, boolean]>([
  [undefined, true],
  ['application/json', true],
  ['application/json; charset=utf-8', true],
  ['text/x-application/x-www-form-urlencoded', true],
  ['application/x-www-form-urlencoded', false],
  [' Application/X-WWW-Form-Urlencoded; charset=utf-8', false],
  ['multipart/form-data; boundary=x', false],
])('a body of the type %s may be a JSON object: %s', (type, expected) => {
  const body = { username: 'ann' };
  expect(bodyOf({ ...headed('content-type', type), body })).toBe(expected ? body : null);
});

describe('the access token', () => {
  it.each([
    ['Bearer a.b.c', 'bearer', 'a.b.c'],
    ['bEARER   a  ', 'bearer', 'a'],
    ['dpop a', 'dpop', 'a'],
  ])('of %p is that of the scheme %s', (header, scheme, token) => {
    const request = headed('authorization', header);
    expect([schemeIn(request), accessTokenIn(request)]).toEqual([scheme, token]);
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer a b',
    'Bearer a\tb',
    'Bearer \ta',
    'Bearer a\u00A0b',
    'Basic a',
    'xBearer a',
    ' Bearer a',
  ])('is not in %p', (header) => {
    expect(accessTokenIn(headed('authorization', header))).toBeNull();
  });
});

it('where a login comes from has an address that is one, and a User-Agent that is kept', () => {
  const headers = { 'user-agent': 'x'.repeat(300) };
  const expected = { ip: '192.0.2.1', userAgent: 'x'.repeat(255), deviceName: 'My phone' };
  expect(originOf({ headers, ip: '192.0.2.1' }, 'My phone')).toEqual(expected);
  const nothing = { ip: null, userAgent: null, deviceName: null };
  expect(originOf({ headers: {}, ip: 'nonsense' }, null)).toEqual(nothing);
  expect(addressOf({})).toBeNull();
});

describe('the key of repeats', () => {
  const longest = `${'~'.repeat(127)}!`;

  it.each([undefined, 'k'.repeat(16), longest])('may be %s', (key) => {
    expect(idempotencyKeyOf(headed('idempotency-key', key))).toBe(key ?? null);
  });

  it.each<[string | string[]]>([
    [''],
    ['k'.repeat(15)],
    [`${longest}!`],
    [`${'k'.repeat(16)} `],
    [`${'k'.repeat(16)}ü`],
    [['k'.repeat(16), 'k'.repeat(16)]],
  ])('may not be %p', (key) => {
    expect(() => idempotencyKeyOf(headed('idempotency-key', key))).toThrow(InvalidRequestError);
  });
});

/** @see issue 11 */
describe('a client is gone', () => {
  it('when its connection closes, for all of its requests', async () => {
    const socket = new Socket();
    const signals = [0, 1].map(() => connectionSignal({ headers: {}, socket }));
    expect(signals[0]).toBe(signals[1]);
    expect(socket.listenerCount('close')).toBe(1);
    expect(signals[0]?.aborted).toBe(false);
    const closed = once(socket, 'close');
    socket.destroy();
    await closed;
    expect(signals[0]?.aborted).toBe(true);
  });

  it('when its connection was closed before its request is looked at', async () => {
    const socket = new Socket();
    const closed = once(socket, 'close');
    socket.destroy();
    await closed;
    expect(connectionSignal({ headers: {}, socket })?.aborted).toBe(true);
  });

  it('or not, nobody knows where the platform shows no connection', () => {
    expect(connectionSignal({ headers: {} })).toBeUndefined();
  });
});
