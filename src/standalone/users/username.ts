import { SCRIPTS_WRITTEN_TOGETHER } from './scripts.js';

/** Control and format characters, halves of characters, private and unassigned ones, and what shows nothing. */
const INVISIBLE = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]/u;
const EDGE = /^\p{White_Space}|\p{White_Space}$/u;
/** Of the characters that separate, a name may have the ordinary space, and what NFKC turns into it. */
const SEPARATOR = /[^\P{Z} ]/u;

/** How names are compared: two that agree in this are one. */
export function comparable(username: string): string {
  return username.normalize('NFKC').toLowerCase();
}

/**
 * What keeps a text from being the name of a new user. It is looked for in the text as it was sent and as it
 * is compared, so that NFKC brings nothing in.
 *
 * @returns what a name takes instead, or null when this one is fine
 */
export function faultOfName(username: string): string | null {
  const compared = comparable(username);
  const forms = [username, compared];
  const has = (pattern: RegExp): boolean => forms.some((form) => pattern.test(form));
  if (has(EDGE)) return 'takes a name without white space at its ends';
  if (has(INVISIBLE) || SEPARATOR.test(compared)) {
    return 'takes a name without invisible characters';
  }
  return forms.every(isOneWriting) ? null : 'takes a name whose letters are of one script';
}

/** What all scripts share, digits and signs, counts for none of them. */
const SHARED = /[\p{Script_Extensions=Common}\p{Script_Extensions=Inherited}]/gu;

const WRITINGS = SCRIPTS_WRITTEN_TOGETHER.map((scripts) => {
  const letters = scripts.map((script) => `\\p{Script_Extensions=${script}}`).join('');
  return new RegExp(`^[${letters}]*$`, 'u');
});

/**
 * Whether the letters belong to one script, or to scripts that one language writes together: `pаypal` with a
 * Cyrillic `а` is nobody's name.
 *
 * @see UTS #39 section 5.2, the restriction level "Highly Restrictive"
 */
function isOneWriting(text: string): boolean {
  const letters = text.replaceAll(SHARED, '');
  return WRITINGS.some((writing) => writing.test(letters));
}
