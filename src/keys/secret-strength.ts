/** What documentation and examples write where a secret belongs; everybody knows those. */
const FROM_DOCUMENTATION =
  /^secret|(super|my|your|very).{0,10}secret|(change|replace).?(me|this|it)|placeholder|at least 32/i;

/** The least that HS256 may rest on (NIST SP 800-131A section 10), bits. 32 random hexadecimal digits have 128. */
const LEAST_BITS = 112;

/** A shorter repetition, or walk along a line, is in random text, too. */
const SHORTEST = 4;

/** What fingers and minds go along, forwards and backwards: rows and columns of a keyboard, the alphabet. */
const LINES = [
  '01234567890',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  '1qaz',
  '2wsx',
  '3edc',
  '4rfv',
  '5tgb',
  '6yhn',
  '7ujm',
  '8ik,',
  '9ol.',
  '0p;/',
].flatMap((line) => [line, Array.from(line).toReversed().join('')]);

/** The characters of each kind that a keyboard has. */
const KINDS = [
  [/[a-z]/, 26],
  [/[A-Z]/, 26],
  [/\d/, 10],
  [/[^a-z\d]/i, 33],
] as const;

/** What is asked of a secret that {@link isGuessable} where that is no matter of tests. */
export const TAKES_RANDOM = 'takes a secret that was made at random, not one of an example';

/**
 * Whether somebody made a secret up, or copied it, rather than had it made at random: it is from an example, or there
 * is less in it than there has to be. Words are taken for random letters, so that a passphrase of many is good enough.
 */
export function isGuessable(secret: string): boolean {
  return FROM_DOCUMENTATION.test(secret) || bitsOf(secret) < LEAST_BITS;
}

/** At most so much is in it: a character that was there before, or is the next in a row, adds nothing. */
function bitsOf(secret: string): number {
  const kinds = KINDS.map(([pattern, size]) => (pattern.test(secret) ? size : 0));
  const alphabet = kinds.reduce<number>((sum, size) => sum + size, 0);
  return unforeseen(secret.toLowerCase()) * Math.log2(alphabet);
}

/** The number of characters, where one stands for a whole repetition or walk. */
function unforeseen(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; count += 1) {
    at += Math.max(1, repetitionAt(text, at), walkAt(text, at));
  }
  return count;
}

/** How long what begins here has been there before. */
function repetitionAt(text: string, at: number): number {
  let length = 0;
  while (at + length < text.length && hasEarlier(text, at, length + 1)) length += 1;
  return length >= SHORTEST ? length : 0;
}

const hasEarlier = (text: string, at: number, length: number): boolean =>
  text.indexOf(text.slice(at, at + length)) < at;

/** How long it goes along one of the lines, or stays on one character, from here. */
function walkAt(text: string, at: number): number {
  const lines = [...LINES, (text[at] ?? '').repeat(text.length)];
  const longest = Math.max(...lines.map((line) => commonLength(text.slice(at), line)));
  return longest >= SHORTEST ? longest : 0;
}

/** How much of the line, from the first character on, the text begins with. */
function commonLength(text: string, line: string): number {
  const start = line.indexOf(text.charAt(0));
  if (start < 0) return 0;
  let length = 1;
  while (start + length < line.length && text[length] === line[start + length]) length += 1;
  return length;
}
