import * as v from 'valibot';

const MAX_USERNAME_CHARACTERS = 128;
const MAX_PASSWORD_BYTES = 1024;

/** A missing field counts as an empty one, so that it is refused in its own words and not in valibot's. */
const MISSING = '';

const bytesOf = (text: string): number => Buffer.byteLength(text, 'utf8');
const charactersOf = (text: string): number => Array.from(text).length;

/** Text without control characters and half surrogates, counted in code points as it was sent. */
export function plainText(least: 0 | 1, most: number) {
  const message = `takes a string of ${least} to ${most} characters without control characters`;
  return v.pipe(
    v.string(message),
    v.check((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), message),
    v.check((text) => charactersOf(text) >= least && charactersOf(text) <= most, message),
  );
}

const PASSWORD_TAKES = `takes a string of 1 to ${MAX_PASSWORD_BYTES} bytes of UTF-8`;

/** A user name as people may type it. */
export const usernameSchema = v.optional(plainText(1, MAX_USERNAME_CHARACTERS), MISSING);

/** A password that is about to be checked: whatever could ever have been set. */
export const presentedPasswordSchema = v.optional(
  v.pipe(
    v.string(PASSWORD_TAKES),
    v.check((text) => text.isWellFormed(), PASSWORD_TAKES),
    v.check((text) => text !== '' && bytesOf(text) <= MAX_PASSWORD_BYTES, PASSWORD_TAKES),
  ),
  MISSING,
);
