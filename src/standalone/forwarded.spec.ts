import { believeForwarded } from './forwarded.js';

const LISTED = 'x-forwarded-for';

function believed(forwarded?: string): Record<string, unknown> {
  const headers = {
    [LISTED]: '198.51.100.66',
    'x-forwarded-proto': 'gopher',
    'x-forwarded-host': 'evil.example',
    ...(forwarded === undefined ? {} : { forwarded }),
  };
  believeForwarded(headers);
  const { forwarded: _, ...others } = headers;
  return others;
}

/** @see issue 11 */
describe('what Forwarded says', () => {
  it.each([
    ['for=203.0.113.7', { [LISTED]: '203.0.113.7' }],
    ['For="[2001:db8:cafe::17]:4711"', { [LISTED]: '[2001:db8:cafe::17]:4711' }],
    ['for=198.51.100.1, for=203.0.113.7', { [LISTED]: '198.51.100.1, 203.0.113.7' }],
    ['for=198.51.100.1,for="203.0.113.7:80"', { [LISTED]: '198.51.100.1, 203.0.113.7:80' }],
    ['by=10.0.0.1;proto=https', { [LISTED]: 'unknown', 'x-forwarded-proto': 'https' }],
    ['for=_hidden, for=unknown', { [LISTED]: '_hidden, unknown' }],
    ['for="1.2.3.4, 5.6.7.8"', { [LISTED]: '1.2.3.45.6.7.8' }],
    [
      'for=198.51.100.1;proto=http;host=evil.example, for=203.0.113.7; Proto=HTTPS; host="a.example:8443"',
      {
        [LISTED]: '198.51.100.1, 203.0.113.7',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'a.example:8443',
      },
    ],
  ])('%s', (header, expected) => {
    expect(believed(header)).toEqual(expected);
  });

  it.each([
    undefined,
    '',
    'nonsense',
    'for=',
    'for="203.0.113.7',
    'for="a, for="[2001:db8::1]"',
    'for="a, for=203.0.113.7',
    'for=203.0.113.7 for=198.51.100.1',
    'for=203.0.113.7,,for=198.51.100.1',
    ';for=203.0.113.7',
  ])('is nothing where it is malformed, and nothing else is believed: %s', (header) => {
    expect(believed(header)).toEqual({});
  });
});
