import { type Stats, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../clock.js';
import { keysIn } from '../../keys/key-file.js';
import { JWKS_MAX_AGE_SECONDS } from '../../keys/key-ring.js';
import { type RsaAlgorithm, UnusableKeyError, isSigningKey } from '../../keys/signing-key.js';
import { codeOf } from './secrets.js';

/**
 * How long a new key is there before it signs: until every instance has found it, however late its copy of the folder
 * is, and then for as long as others may keep a copy of the published keys.
 */
const SIGNS_AFTER_MS = 2 * JWKS_MAX_AGE_SECONDS * 1000;

/** More than any key takes; what is larger is something else. */
const MOST_BYTES = 64 * 1024;

/** A file with keys, as it was when it last could be used. */
export interface KeyFile {
  readonly name: string;
  readonly text: string;
  /** Whether its first key is a private one. */
  readonly signs: boolean;
  /** When its keys came, Unix milliseconds. */
  readonly sinceMs: number;
}

/**
 * Which of the files has the key that signs: the last one by name that has been there for ten minutes, so that
 * everybody knows it. Where none has been, the first one, which is the oldest.
 *
 * @param files in the order of their names
 * @returns undefined where none of them can sign
 */
export function signingFile(files: readonly KeyFile[], nowMs: number): KeyFile | undefined {
  const able = files.filter(({ signs }) => signs);
  const isKnown = ({ sinceMs }: KeyFile) => nowMs - sinceMs >= SIGNS_AFTER_MS;
  return able.findLast(isKnown) ?? able[0];
}

/**
 * The keys in the files of a folder, which come and go. Hidden files are none (Kubernetes keeps the files of a secret
 * behind a link `..data`, which it swaps), and neither are folders.
 */
export class KeyFolder {
  private known = new Map<string, KeyFile>();
  private isNew = true;

  constructor(
    private readonly path: string,
    private readonly rsaAlgorithm: RsaAlgorithm,
    private readonly clock: Clock,
  ) {}

  /** In the order of their names, as they were at the last look. */
  get files(): readonly KeyFile[] {
    return [...this.known.values()];
  }

  /**
   * Looks what is there now. What cannot be used stays as it was when it last could be: a file that is half written,
   * or a folder that is away.
   *
   * @returns what cannot be used, and why, without a word of what is in it
   */
  look(): readonly string[] {
    const problems: string[] = [];
    const found = new Map<string, KeyFile>();
    try {
      for (const name of namesIn(this.path)) {
        const file = this.read(name, problems);
        if (file !== undefined) found.set(name, file);
      }
      this.known = found;
      this.isNew = false;
    } catch (error) {
      problems.push(`${this.path} ${notReadable(error)}`);
    }
    return problems;
  }

  private read(name: string, problems: string[]): KeyFile | undefined {
    const path = join(this.path, name);
    const known = this.known.get(name);
    try {
      const stats = statSync(path);
      return stats.isFile() ? this.fileOf(name, readText(path, stats), stats) : undefined;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      problems.push(`${path} ${problemOf(error)}`);
      return known;
    }
  }

  private fileOf(name: string, text: string, { mtimeMs }: Stats): KeyFile {
    const known = this.known.get(name);
    if (known?.text === text) return known;
    const signs = isSigning(text, this.rsaAlgorithm);
    const nowMs = this.clock.nowMs();
    const sinceMs = this.isNew ? Math.min(mtimeMs, nowMs) : nowMs;
    return { name, text, signs, sinceMs };
  }
}

/** Whether the first key in a text is a private one. @throws UnusableKeyError where there is no key in it */
export function isSigning(text: string, rsaAlgorithm: RsaAlgorithm): boolean {
  const [first] = keysIn(text, rsaAlgorithm);
  return first !== undefined && isSigningKey(first);
}

/** In the order of their characters, whatever the language of the machine. */
function namesIn(path: string): string[] {
  const names = readdirSync(path).filter((name) => !name.startsWith('.'));
  return names.toSorted((one, another) => (one < another ? -1 : 1));
}

function readText(path: string, { size }: Stats): string {
  if (size > MOST_BYTES) throw new UnusableKeyError(`takes at most ${MOST_BYTES} bytes`);
  return readFileSync(path, 'utf8');
}

const problemOf = (error: unknown): string =>
  error instanceof UnusableKeyError ? error.message : notReadable(error);

/** A file that is not there and one that may not be read want different cures. @throws what is no matter of files */
export function notReadable(error: unknown): string {
  const why = codeOf(error);
  if (why === undefined) throw error;
  return `takes a file that can be read: ${WHY_NOT.get(why) ?? why}`;
}

const WHY_NOT = new Map([
  ['ENOENT', 'there is no such file'],
  ['EACCES', 'this one may not be'],
]);
