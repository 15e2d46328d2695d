import { readFileSync } from 'node:fs';
import { keysIn } from '../../keys/key-file.js';
import { type RsaAlgorithm, UnusableKeyError, isSigningKey } from '../../keys/signing-key.js';
import { codeOf } from './secrets.js';

/**
 * What is in these files, and what is wrong with the first of them that cannot be used, if one cannot, without a word
 * of what is in it.
 *
 * @param purpose whether the first key has to sign
 */
export function readKeyFiles(
  paths: readonly string[],
  rsaAlgorithm: RsaAlgorithm,
  purpose: 'signing' | 'verifying' = 'verifying',
): { readonly texts: readonly string[]; readonly problem: string | null } {
  try {
    const texts = paths.map(textOf);
    const [first] = texts.flatMap((text) => keysIn(text, rsaAlgorithm));
    const isOfUse = first === undefined || purpose === 'verifying' || isSigningKey(first);
    return { texts, problem: isOfUse ? null : 'takes a private key, and this one is public' };
  } catch (error) {
    if (error instanceof UnusableKeyError) return { texts: [], problem: error.message };
    throw error;
  }
}

/** A file that is not there and one that holds no key want different cures. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = codeOf(error) ?? 'nobody knows why';
    throw new UnusableKeyError(`takes a file that can be read: ${WHY_NOT.get(why) ?? why}`, {
      cause: error,
    });
  }
}

const WHY_NOT = new Map([
  ['ENOENT', 'there is no such file'],
  ['EACCES', 'this one may not be'],
  ['EISDIR', 'this is a folder'],
]);
