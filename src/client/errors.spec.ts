import { BatonError, isBatonError } from './errors.js';

/** As another package has it: the same class of another file. */
class OtherCopysError extends Error {
  readonly code = 'disposed';
  override readonly name = 'BatonError';
}

it('knows the errors of another copy of the client, by their codes', () => {
  const error = new OtherCopysError();
  expect(error).not.toBeInstanceOf(BatonError);
  expect([isBatonError(error), isBatonError(error, 'disposed')]).toEqual([true, true]);
  expect(isBatonError(error, 'refresh_failed')).toBe(false);
});

it('knows its own', () => {
  expect(isBatonError(new BatonError('disposed'), 'disposed')).toBe(true);
});

it("takes nobody else's error for its own", () => {
  const others: unknown[] = [new Error('disposed'), { code: 'disposed' }, null, 'disposed'];
  expect(others.map((other) => isBatonError(other))).toEqual([false, false, false, false]);
});
