/** What a store may have as the identifier of a user; the last is an `ObjectId` of MongoDB. */
export type UserId = string | number | bigint | { toHexString(): string };

/** The longest identifier of a user, in characters. */
export const LONGEST_USER_ID = 255;

/** The length of a session's identifier, a UUID, in characters. */
export const LONGEST_SESSION_ID = 36;

/**
 * Whether every supported database can hold a value as text. PostgreSQL refuses a NUL, and half a surrogate pair
 * comes back as another character.
 *
 * @param most how many characters there may be: code points, as databases count
 */
export function isStorable(value: unknown, least: 0 | 1, most: number): value is string {
  return (
    typeof value === 'string' &&
    value.length >= least &&
    isWithin(value, most) &&
    !value.includes('\0') &&
    value.isWellFormed()
  );
}

/** There are never more code points than UTF-16 units, and seldom fewer. */
function isWithin(text: string, most: number): boolean {
  return text.length <= most || (text.length <= most * 2 && Array.from(text).length <= most);
}
