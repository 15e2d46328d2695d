import { type AuthModuleOptions, resolveOptions } from './auth.options.js';
import { withPreset } from './preset.js';

const HOUR = 3600;

function resolved(given: Partial<AuthModuleOptions>) {
  return resolveOptions({
    users: { authenticate: async () => null, findById: async () => null },
    accessSecret: 'the access secret, 32 bytes or more.',
    refreshSecret: 'the refresh secret, 32 bytes or more',
    preset: 'browser-app',
    ...given,
  });
}

/** @see issue 16 */
it.each([
  ['stands in for three lifetimes', {}, [600, 8 * HOUR, 8 * HOUR]],
  ['takes the lifetime given for a session', { sessionTtl: '1d' }, [600, 24 * HOUR, 24 * HOUR]],
  ['takes the lifetime given for a refresh token', { refreshTtl: '1h' }, [600, HOUR, HOUR]],
  ['lets what is given go first', { accessTtl: 60 }, [60, 8 * HOUR, 8 * HOUR]],
  [
    'lets an idle lifetime go first, too',
    { refreshTtl: '1h', sessionTtl: '2h' },
    [600, HOUR, 2 * HOUR],
  ],
  ['takes undefined for not given', { sessionTtl: undefined }, [600, 8 * HOUR, 8 * HOUR]],
])('browser-app %s', (_what, given, seconds) => {
  const { accessTtlSeconds, refreshTtlSeconds, sessionTtlSeconds } = resolved(given).settings;
  expect([accessTtlSeconds, refreshTtlSeconds, sessionTtlSeconds]).toEqual(seconds);
});

it('browser-app offers cookies and bound sessions, unless told otherwise', () => {
  const { cookies, dpop } = resolved({});
  expect(cookies).toMatchObject({ sameSite: 'strict', allowPlainHttp: false });
  expect(dpop.dpop).toBe('allowed');
  const own = resolved({ cookies: false, dpop: 'required' });
  expect([own.cookies, own.dpop.dpop]).toEqual([null, 'required']);
});

it('without a preset options are as they were given, also where there are none', () => {
  const given = { accessTtl: '1h' };
  expect(withPreset(given)).toBe(given);
  const none: AuthModuleOptions = JSON.parse('null');
  expect(withPreset(none)).toBeNull();
});
