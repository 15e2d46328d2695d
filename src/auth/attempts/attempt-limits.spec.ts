import { Logger } from '@nestjs/common';
import { TurnedClock } from '../../../test/host/turned-clock.js';
import { AuthError, InvalidCredentialsError, TooManyAttemptsError } from '../../errors.js';
import { AttemptLimits } from './attempt-limits.js';
import { type AuthModuleOptions, resolveOptions } from '../auth.options.js';

const ADDRESS = '192.0.2.1';
const DAY_SECONDS = 86_400;

const clock = new TurnedClock();

function limitsOf(attempts: AuthModuleOptions['attempts']): AttemptLimits {
  return new AttemptLimits(
    resolveOptions({
      users: { authenticate: async () => null, findById: async () => null },
      accessSecret: 'the access secret, 32 bytes or more.',
      refreshSecret: 'the refresh secret, 32 bytes or more',
      attempts,
    }),
    clock,
  );
}

const wrong = async (): Promise<null> => null;
const right = async (): Promise<string> => 'ann';

/** What became of some attempts, one after another. */
async function outcomes(attempts: readonly (() => Promise<unknown>)[]): Promise<unknown[]> {
  const all = [];
  for (const attempt of attempts) {
    all.push(
      await attempt().catch((error: unknown) => (error instanceof AuthError ? error.code : error)),
    );
  }
  return all;
}

const LIMITED = 'too_many_attempts';

/** @see issue 11 */
describe('failed logins', () => {
  it('are limited to 10 per name and address, 300 per address, in 15 minutes', async () => {
    const limits = limitsOf(undefined);
    const attempt = (name: string) => () => limits.login(name, ADDRESS, wrong);
    const ofAnn = await outcomes(Array.from({ length: 11 }, () => attempt('ann')));
    expect(ofAnn).toEqual([...Array<null>(10).fill(null), LIMITED]);
    const ofOthers = await outcomes(Array.from({ length: 291 }, (_, name) => attempt(`${name}`)));
    expect(ofOthers).toEqual([...Array<null>(290).fill(null), LIMITED]);
    clock.turn(899);
    expect(await outcomes([attempt('ann'), attempt('new')])).toEqual([LIMITED, LIMITED]);
    clock.turn(1);
    expect(await outcomes([attempt('ann'), attempt('new')])).toEqual([null, null]);
  });

  it('make the right password wait as well', async () => {
    const limits = limitsOf({ perName: 1 });
    await limits.login('ann', ADDRESS, wrong);
    await expect(limits.login('ann', ADDRESS, right)).rejects.toEqual(
      new TooManyAttemptsError(900),
    );
  });

  it.each(['ANN', 'Ann', '\uff41\uff4e\uff4e'])('under %s are those under ann', async (name) => {
    const limits = limitsOf({ perName: 1 });
    await limits.login(name, ADDRESS, wrong);
    await expect(limits.login('ann', ADDRESS, right)).rejects.toThrow(TooManyAttemptsError);
  });

  it('are waited for in whole seconds that are enough', async () => {
    const limits = limitsOf({ perName: 1, window: '1m' });
    await limits.login('ann', ADDRESS, wrong);
    clock.turn(0.5);
    await expect(limits.login('ann', ADDRESS, right)).rejects.toEqual(new TooManyAttemptsError(60));
  });

  it('are not wiped by a success', async () => {
    const limits = limitsOf({ perName: 3 });
    const made = [wrong, right, wrong, right, wrong, right].map(
      (attempt) => () => limits.login<string>('ann', ADDRESS, attempt),
    );
    expect(await outcomes(made)).toEqual([null, 'ann', null, 'ann', null, LIMITED]);
  });

  it('may be thrown as a 401; what else is thrown is no failure', async () => {
    const limits = limitsOf({ perName: 2 });
    const refuse = () =>
      limits.login('ann', ADDRESS, () => Promise.reject(new InvalidCredentialsError()));
    const fail = () =>
      limits.login('ann', ADDRESS, () => Promise.reject(new AuthError('unavailable', 'Down')));
    expect(await outcomes([refuse, fail, fail, refuse, refuse])).toEqual([
      'invalid_credentials',
      'unavailable',
      'unavailable',
      'invalid_credentials',
      LIMITED,
    ]);
  });

  it('are counted by the /64 of an IPv6 address', async () => {
    const limits = limitsOf({ perName: 1 });
    await limits.login('ann', '2001:db8:0:1::1', wrong);
    await expect(limits.login('ann', '2001:db8:0:1:ffff::', right)).rejects.toThrow(
      TooManyAttemptsError,
    );
    expect(await limits.login('ann', '2001:db8:0:2::1', right)).toBe('ann');
  });

  it('without an address are counted by their name alone', async () => {
    const limits = limitsOf({ perName: 2, perAddress: 1 });
    await limits.login('ann', null, wrong);
    await limits.login('bob', null, wrong);
    await limits.login('ann', null, wrong);
    await expect(limits.login('ann', null, right)).rejects.toThrow(TooManyAttemptsError);
    expect(await limits.login('bob', null, right)).toBe('ann');
  });

  it('hold for simultaneous attempts, and of right ones none is refused', async () => {
    const limits = limitsOf({ perName: 3 });
    const many = (attempt: () => Promise<string | null>) =>
      Promise.allSettled(Array.from({ length: 20 }, () => limits.login('ann', ADDRESS, attempt)));
    const admitted = await many(right);
    expect(admitted.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
    let tried = 0;
    await many(async () => {
      tried += 1;
      return null;
    });
    expect(tried).toBe(3);
  });

  it('hold for a window of 30 days, and of ten years', async () => {
    for (const days of [30, 3650]) {
      const limits = limitsOf({ perName: 1, window: `${days}d` });
      await limits.login('ann', ADDRESS, wrong);
      await new Promise((resolve) => setTimeout(resolve, 20));
      clock.turn(days * DAY_SECONDS - 1);
      await expect(limits.login('ann', ADDRESS, right)).rejects.toEqual(
        new TooManyAttemptsError(1),
      );
      clock.turn(1);
      expect(await limits.login('ann', ADDRESS, right)).toBe('ann');
    }
  });

  it('are waited for one by one: who comes while one may yet succeed is not refused', async () => {
    const limits = limitsOf({ perName: 2 });
    const endings: (() => void)[] = [];
    const succeeding = (): Promise<string> =>
      new Promise((resolve) => endings.push(() => resolve('ann')));
    const pending = limits.login('ann', ADDRESS, succeeding);
    await limits.login('ann', ADDRESS, wrong);
    const late = limits.login('ann', ADDRESS, right);
    for (const succeed of endings) succeed();
    expect(await Promise.all([pending, late])).toEqual(['ann', 'ann']);
  });

  it('are none where the address was refused before the password was looked at', async () => {
    const limits = limitsOf({ perName: 2, perAddress: 2 });
    await outcomes(['bob', 'bob'].map((name) => () => limits.login(name, ADDRESS, wrong)));
    const ofAnn = () => limits.login('ann', ADDRESS, right);
    const told: unknown[] = [];
    const warn = (line: unknown) => told.push(line);
    Logger.overrideLogger({ log: () => {}, error: () => {}, warn });
    expect(await outcomes([ofAnn, ofAnn, ofAnn])).toEqual([LIMITED, LIMITED, LIMITED]);
    expect(told.join()).not.toContain('under one name');
    Logger.overrideLogger(false);
  });

  it('have no limit where there is none', async () => {
    for (const limits of [limitsOf(false), limitsOf({ perName: 0, perAddress: 0 })]) {
      const made = Array.from({ length: 400 }, () => () => limits.login('ann', ADDRESS, wrong));
      expect(await outcomes(made)).toEqual(Array<null>(400).fill(null));
    }
  });

  it('that are refused are told once for each window, by address and never by name', async () => {
    const told: unknown[] = [];
    Logger.overrideLogger({
      log: () => {},
      error: () => {},
      warn: (line: unknown) => told.push(line),
    });
    const limits = limitsOf({ perName: 1, window: '1m' });
    const attempt = () => limits.login('hunter2', ADDRESS, wrong);
    await outcomes([attempt, attempt, attempt, attempt]);
    const line = `Too many failed logins under one name from ${ADDRESS}: refused for 60 s`;
    expect(told).toEqual([line]);
    clock.turn(60);
    await outcomes([attempt, attempt, attempt]);
    expect(told).toEqual([line, line]);
    Logger.overrideLogger(false);
  });
});

/** @see issue 11 */
it('registrations of names that are taken are limited by address, others are not', async () => {
  const limits = limitsOf({ perAddress: 2 });
  const taken = () =>
    limits.registration(ADDRESS, () => Promise.reject(new AuthError('username_taken', 'Taken')));
  const free = () => limits.registration(ADDRESS, right);
  expect(await outcomes([free, free, free, taken, free, taken, taken, free])).toEqual([
    'ann',
    'ann',
    'ann',
    'username_taken',
    'ann',
    'username_taken',
    LIMITED,
    LIMITED,
  ]);
  expect(await limits.registration('192.0.2.2', right)).toBe('ann');
  expect(await limits.login('ann', ADDRESS, right)).toBe('ann');
});

it('what has no address is no flood, and is no registration too many', async () => {
  const limits = limitsOf({ perAddress: 1 });
  for (let times = 0; times < 60; times += 1) limits.noteRefusedToken(null);
  expect(limits.isFlooded).toBe(false);
  const taken = () =>
    limits.registration(null, () => Promise.reject(new AuthError('username_taken', 'Taken')));
  expect(await outcomes([taken, taken, taken])).toEqual(Array<string>(3).fill('username_taken'));
});

it('a flood of refused tokens is told once', () => {
  const told: unknown[] = [];
  const warn = (line: unknown) => told.push(line);
  Logger.overrideLogger({ log: () => {}, error: () => {}, warn });
  const limits = limitsOf({ perAddress: 1 });
  for (let times = 0; times < 90; times += 1) limits.noteRefusedToken(ADDRESS);
  expect(told).toEqual([`Too many refused tokens from ${ADDRESS}: refused for 900 s`]);
  Logger.overrideLogger(false);
});

/** @see issue 11 */
it('refused tokens are limited by address, thirty for each login that may fail', () => {
  const limits = limitsOf({ perAddress: 1 });
  for (let times = 0; times < 29; times += 1) limits.noteRefusedToken(ADDRESS);
  limits.assertNoFlood(ADDRESS);
  limits.noteRefusedToken(ADDRESS);
  expect(() => limits.assertNoFlood(ADDRESS)).toThrow(new TooManyAttemptsError(900));
  expect(limits.isFlooded).toBe(true);
  limits.assertNoFlood('192.0.2.2');
  clock.turn(900);
  limits.assertNoFlood(ADDRESS);
  expect(limits.isFlooded).toBe(false);
});
