import { clientAddress, isNear, limitKeyOf } from './client-address.js';

/** @see issue 11 */
describe('an address as gateways write it', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:5678', '203.0.113.7'],
    [' 203.0.113.7 ', '203.0.113.7'],
    ['"203.0.113.7:5678"', '203.0.113.7'],
    ['[203.0.113.7]:5678', '203.0.113.7'],
    ['203.0.113.7:_hidden', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['[::ffff:203.0.113.7]:80', '203.0.113.7'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:80', '2001:db8::1'],
    ['"[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
    ['fe80::1%eth0', 'fe80::1'],
    ['fe80::1%wlan_0', 'fe80::1'],
    ['[fe80::1%25eth0]:80', 'fe80::1'],
    ['::1', '::1'],
  ])('%s is %s', (written, address) => {
    expect(clientAddress(written)).toBe(address);
  });

  it.each([
    '',
    'unknown',
    '_hidden',
    'example.com',
    '999.0.113.7',
    '203.0.113.7:',
    '203.0.113.7, 10.0.0.1',
    '"203.0.113.7',
    '203.0.113.7"',
    'x[2001:db8::1]',
    '[2001:db8::1]x',
    '[2001:db8::1',
    '[]:80',
    '2001:db8::1::2',
    '127.1',
    '%eth0',
    'x'.repeat(300),
  ])('%j is none', (written) => {
    expect(clientAddress(written)).toBeNull();
  });
});

describe('limits count', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:5678', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8::1:2:3', '2001:db8:0:0::/64'],
    ['1::2:3:4:5:6', '1:0:0:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::203.0.113.7', '0:0:0:0::/64'],
  ])('%s as %s', (address, key) => {
    expect(limitKeyOf(address)).toBe(key);
  });

  it('all addresses of one /64 as one, and those of the next as another', () => {
    expect(limitKeyOf('2001:db8:1:2:ffff::9')).toBe(limitKeyOf('2001:DB8:1:2::1%eth0'));
    expect(limitKeyOf('2001:db8:1:3::1')).not.toBe(limitKeyOf('2001:db8:1:2::1'));
  });

  it('what is no address together', () => {
    expect([limitKeyOf(null), limitKeyOf('garbage')]).toEqual(['unknown', 'unknown']);
  });
});

it.each([
  ['127.0.0.1', true],
  ['10.1.2.3', true],
  ['172.31.0.1', true],
  ['172.32.0.1', false],
  ['192.168.7.7', true],
  ['100.64.0.1', true],
  ['203.0.113.7', false],
  ['::1', true],
  ['fd12::1', true],
  ['fe80::1', true],
  ['2001:db8::1', false],
])('whether %s is an address of our own networks: %s', (address, expected) => {
  expect(isNear(address)).toBe(expected);
});
