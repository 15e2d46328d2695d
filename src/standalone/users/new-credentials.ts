import * as v from 'valibot';
import { InvalidRequestError } from '../../errors.js';
import { presentedPasswordSchema, usernameSchema } from '../../users/credential-rules.js';
import { isCommon } from './common-passwords.js';
import { comparable, faultOfName } from './username.js';

const MIN_PASSWORD_CHARACTERS = 8;
const PASSWORD_TAKES = 'takes a string of at least 8 characters and at most 1024 bytes of UTF-8';

/** The name of somebody who registers: whatever a login takes, as long as it can be told from all others. */
export const newUsernameSchema = v.pipe(
  usernameSchema,
  v.rawCheck(({ dataset, addIssue }) => {
    const fault = dataset.typed ? faultOfName(dataset.value) : null;
    if (fault !== null) addIssue({ message: fault });
  }),
);

/** A password that is about to be set. What it must not be, {@link assertNotGuessable} says. */
export const newPasswordSchema = v.optional(
  v.pipe(
    v.string(PASSWORD_TAKES),
    v.check((text) => v.is(presentedPasswordSchema, text) && isLongEnough(text), PASSWORD_TAKES),
  ),
  '',
);

const isLongEnough = (password: string): boolean =>
  Array.from(password).length >= MIN_PASSWORD_CHARACTERS;

/**
 * Refuses a password that is guessed first.
 *
 * @param field what the request calls the password
 * @param words those of one's own house, which count for nothing in it
 * @throws InvalidRequestError with the reason
 */
export function assertNotGuessable(
  field: string,
  password: string,
  username: string,
  words: readonly string[] = [],
): void {
  if (comparable(password) === comparable(username)) {
    throw new InvalidRequestError(`${field} takes something else than the user name`);
  }
  if (words.length > 0 && !isLongEnough(without(words, password))) {
    throw new InvalidRequestError(
      `${field} takes a password that is more than the words of this service`,
    );
  }
  if (isCommon(password)) {
    throw new InvalidRequestError(`${field} takes a password that is not among the commonest`);
  }
}

/** The longest first, so that a word within another leaves nothing of that one. */
function without(words: readonly string[], password: string): string {
  const longestFirst = words.map(comparable).toSorted((a, b) => b.length - a.length);
  return longestFirst.reduce((rest, word) => rest.replaceAll(word, ''), comparable(password));
}
