import { dictionary } from '@zxcvbn-ts/language-common';

/** What leaks show to be chosen most often, in lower case: about 50,000, kept up with the library. */
const COMMONEST: ReadonlySet<string> = new Set(dictionary['passwords-common']);

/** The list leaves out what zxcvbn finds by rule: one to four characters over and over … */
const REPEATED = /^([0-9a-z]{1,4})\1+$/;
/** … and what stands in a row. */
const ROWS = ['0123456789012345', 'abcdefghijklmnopqrstuvwxyz'].flatMap((row) => [
  row,
  Array.from(row).toReversed().join(''),
]);
/** Longer ones are no longer what everybody chooses. */
const LONGEST_PATTERN = 15;

/** Whether a password is among those that are guessed first, however its letters are capitalised. */
export function isCommon(password: string): boolean {
  const plain = password.normalize('NFKC').toLowerCase();
  if (COMMONEST.has(plain)) return true;
  if (plain.length > LONGEST_PATTERN) return false;
  return REPEATED.test(plain) || ROWS.some((row) => row.includes(plain));
}
