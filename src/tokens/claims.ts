import { LONGEST_SESSION_ID, LONGEST_USER_ID, isStorable } from '../storable-text.js';

/** A JSON object, nothing of which is known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The claims that every token of this module has. */
export interface RegisteredClaims {
  readonly sub: string;
  readonly sid: string;
  readonly gen: number;
  readonly jti: string;
  /** Unix seconds. */
  readonly iat: number;
  /** Unix seconds. */
  readonly exp: number;
  /** The key that the token's session is bound to (RFC 9449 section 6.1); a bearer's has none. */
  readonly cnf?: { readonly jkt: string } | undefined;
}

/** The claims of a token that is about to be signed. */
export interface IssuedClaims extends RegisteredClaims {
  readonly iss: string;
  readonly aud: string;
}

/** Whether text is a SHA-256 in base64url: what a key's thumbprint is. */
export const isThumbprint = (value: unknown): value is string =>
  typeof value === 'string' && /^[\w-]{43}$/.test(value);

/** Other methods of confirmation than ours are nothing that could be checked here (RFC 7800 section 3.1). */
const isBindingOrNone = (cnf: unknown): boolean =>
  cnf === undefined || (isObject(cnf) && isThumbprint(cnf['jkt']));

/** The thumbprint of the key that a token's session is bound to; null for a bearer's. */
export function boundKeyOf({ cnf }: Pick<RegisteredClaims, 'cnf'>): string | null {
  return cnf?.jkt ?? null;
}

/** The claim `cnf` of a session; a bearer's has none. */
export function bindingTo(jkt: string | null): Pick<RegisteredClaims, 'cnf'> {
  return jkt === null ? {} : { cnf: { jkt } };
}

const isText = (value: unknown): boolean => typeof value === 'string';

/** Whether a value is a whole number that is not negative: a count, or a time in Unix seconds. */
export const isWhole = (value: unknown): boolean =>
  Number.isSafeInteger(value) && Number(value) >= 0;

/** Refreshes are counted in 32 bits, on every database, and there has to be room for the next. */
const HIGHEST_GENERATION = 2 ** 31 - 1;

/** Whether a value is the `gen` of a token. */
export const isGeneration = (value: unknown): boolean =>
  isWhole(value) && Number(value) < HIGHEST_GENERATION;

/** Whether every claim is there and of its kind: the database is asked for nothing that it could not hold. */
export function isRegistered(claims: JsonObject): claims is JsonObject & RegisteredClaims {
  return (
    isStorable(claims['sub'], 1, LONGEST_USER_ID) &&
    isStorable(claims['sid'], 1, LONGEST_SESSION_ID) &&
    isGeneration(claims['gen']) &&
    isText(claims['jti']) &&
    isWhole(claims['iat']) &&
    isWhole(claims['exp']) &&
    isBindingOrNone(claims['cnf'])
  );
}

/** A part of a JWT: JSON in base64url (RFC 7515 section 2). */
export function encodePart(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** @returns null when the text is not a JSON object in base64url */
export function decodePart(text: string): JsonObject | null {
  try {
    const part: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return isObject(part) ? part : null;
  } catch {
    return null;
  }
}

/** Freezes a JSON value to its last leaf: cheaper, over two requests, than a copy for each. */
export function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}

/** Whether a value is a JSON object: neither a list nor null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
