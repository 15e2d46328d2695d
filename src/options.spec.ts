import * as fc from 'fast-check';
import * as v from 'valibot';
import { durationSeconds, oneOf, settingsSchema, wholeNumber } from './options.js';

const LONGEST = 315_360_000;
const DURATION_MESSAGE =
  'takes a whole number of seconds or a duration such as 30s, 15m, 12h or 7d, 1s to 3650d';

const messagesOf = (given: unknown): (string | undefined)[] | undefined =>
  v.safeParse(durationSeconds(1), given).issues?.map(({ message }) => message);

describe('a duration', () => {
  it.each([
    [30, 30],
    ['30', 30],
    ['30s', 30],
    ['15m', 900],
    ['12h', 43_200],
    ['7d', 604_800],
    ['007d', 604_800],
    [1, 1],
    [LONGEST, LONGEST],
    ['3650d', LONGEST],
  ])('%j is %i seconds', (given, seconds) => {
    expect(v.parse(durationSeconds(1), given)).toBe(seconds);
  });

  it.each(
    [
      [
        '',
        '1.5s',
        '-1s',
        '+1s',
        '1 s',
        ' 1s',
        '1s ',
        '1S',
        '1w',
        '1ms',
        's',
        '1e3',
        '0x10',
        '1s1s',
        '١s',
      ],
      [1.5, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e21, LONGEST + 1, '3651d', '999999999999d'],
      [null, true, false, {}, [], [30], ['30s'], new Date(0), 30n],
      [0, '0', '0s', '0d'],
    ].flat(),
  )('%p is none', (given) => {
    expect(messagesOf(given)).toEqual([DURATION_MESSAGE]);
  });

  it('may be 0 only where that means something', () => {
    expect(v.parse(durationSeconds(0), 0)).toBe(0);
    expect(v.parse(durationSeconds(0), '0s')).toBe(0);
    expect(v.safeParse(durationSeconds(0), -1).success).toBe(false);
  });

  it('is read alike with and without its unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3650 }), (days) => {
        expect(v.parse(durationSeconds(1), `${days}d`)).toBe(
          v.parse(durationSeconds(1), days * 86_400),
        );
      }),
    );
  });

  it('is a whole number of seconds from 1 to 10 years, or an error', () => {
    const anything = fc.oneof(fc.double(), fc.string(), fc.stringMatching(/^\d{1,14}[smhdw]?$/));
    fc.assert(
      fc.property(anything, (given) => {
        const { success, output } = v.safeParse(durationSeconds(1), given);
        const seconds = success ? output : 1;
        expect(Number.isInteger(seconds) && seconds >= 1 && seconds <= LONGEST).toBe(true);
      }),
    );
  });
});

describe('a whole number', () => {
  it.each([0, 1, 10, Number.MAX_SAFE_INTEGER])('may be %i', (given) => {
    expect(v.parse(wholeNumber, given)).toBe(given);
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1', null, true])(
    'is not %p',
    (given) => {
      const { issues } = v.safeParse(wholeNumber, given);
      expect(issues?.[0].message).toBe('takes a whole number, 0 or more');
    },
  );
});

it('names the words that a choice takes', () => {
  const { issues } = v.safeParse(oneOf(['session', 'user']), 'everybody');
  expect(issues?.map(({ message }) => message)).toEqual(['takes session or user']);
});

describe('the settings', () => {
  it('have the defaults of the contract', () => {
    expect(v.parse(settingsSchema, {})).toEqual({
      accessTtlSeconds: 900,
      refreshTtlSeconds: 604_800,
      sessionTtlSeconds: 2_592_000,
      boundRotation: true,
      graceSeconds: 10,
      recovery: true,
      recoverLostWrites: true,
      maxRecoveries: 0,
      maxUses: 0,
      maxSessions: 0,
      sessionCeiling: 1000,
      reuseScope: 'session',
      revocation: 'cached',
      revocationPollSeconds: 1,
      issuer: 'nestjs-baton',
      audience: 'nestjs-baton',
    });
  });

  it('take what is given', () => {
    const rules = { recovery: false, maxUses: 3, reuseScope: 'user' };
    const durations = { accessTtlSeconds: 300, graceSeconds: 0 };
    const parsed = v.parse(settingsSchema, { ...rules, accessTtl: '5m', grace: 0 });
    expect(parsed).toMatchObject({ ...rules, ...durations });
  });

  it.each(['accessTtl', 'refreshTtl', 'sessionTtl', 'revocationPoll'])(
    '%s is at least 1s',
    (name) => {
      expect(v.safeParse(settingsSchema, { [name]: 0 }).success).toBe(false);
      expect(v.safeParse(settingsSchema, { [name]: 1 }).success).toBe(true);
    },
  );

  it.each(['grace', 'maxRecoveries', 'maxUses', 'maxSessions'])('%s may be 0', (name) => {
    expect(v.safeParse(settingsSchema, { [name]: 0 }).success).toBe(true);
    expect(v.safeParse(settingsSchema, { [name]: -1 }).success).toBe(false);
  });

  it.each([
    ['recovery', 'on', 'takes true or false'],
    ['recoverLostWrites', 1, 'takes true or false'],
    ['reuseScope', 'all', 'takes session or user'],
    ['revocation', 'on', 'takes cached or strict or off'],
    ['issuer', '', 'takes a non-empty string'],
    ['audience', ['a'], 'takes a non-empty string'],
    ['maxUses', '3', 'takes a whole number, 0 or more'],
    ['sessionCeiling', 0, 'takes a whole number, 1 or more'],
    ['sessionCeiling', 1.5, 'takes a whole number, 1 or more'],
  ])('%s is not %j', (name, given, message) => {
    const { issues } = v.safeParse(settingsSchema, { [name]: given });
    expect(issues).toMatchObject([{ path: [{ key: name }], message }]);
  });
});
