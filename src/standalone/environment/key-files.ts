import { readFileSync, statSync } from 'node:fs';
import type { Clock } from '../../clock.js';
import { type RsaAlgorithm, UnusableKeyError } from '../../keys/signing-key.js';
import { type KeyFile, KeyFolder, isSigning, notReadable, signingFile } from './key-folder.js';

/** What a look at the files has found. */
export interface KeysFound {
  /** The first signs, all verify; empty where none can sign. */
  readonly texts: readonly string[];
  /** The file whose key signs; null where none can. */
  readonly signs: string | null;
  /** What cannot be used of the folders, and why. */
  readonly problems: readonly string[];
}

/** Where keys come from: a file, which is read once, or a folder, which is looked at again. */
interface KeySource {
  readonly files: readonly KeyFile[];
  look(): readonly string[];
}

/** The key that signs and those that only verify, from files and folders. */
export class KeyFiles {
  constructor(
    private readonly current: KeySource,
    private readonly previous: readonly KeySource[],
    private readonly clock: Clock,
  ) {}

  /** Whether there is anything to look at again. */
  get areWatched(): boolean {
    return [this.current, ...this.previous].some((source) => source instanceof KeyFolder);
  }

  /** Looks what is there now. */
  look(): KeysFound {
    const problems = [this.current, ...this.previous].flatMap((source) => source.look());
    const signing = signingFile(this.current.files, this.clock.nowMs());
    if (signing === undefined) return { texts: [], signs: null, problems };
    const others = this.current.files.filter((file) => file !== signing);
    const verifying = this.previous.flatMap(({ files }) => files);
    const texts = [signing, ...others, ...verifying].map(({ text }) => text);
    return { texts, signs: signing.name, problems };
  }
}

/**
 * The files and folders that two variables name, and what is wrong with each of the variables, if something is,
 * without a word of what is in the files.
 *
 * @param path has the key that signs
 * @param previousPaths have keys that only verify
 */
export function givenKeyFiles(
  path: string | undefined,
  previousPaths: readonly string[],
  rsaAlgorithm: RsaAlgorithm,
  clock: Clock,
) {
  const read = (one: string) => keySource(one, rsaAlgorithm, clock);
  const current = path === undefined ? NOTHING : attempt(() => signingSource(read(path)));
  const previous = attempt(() => previousPaths.map(read));
  const files =
    current.made === null || previous.made === null
      ? null
      : new KeyFiles(current.made, previous.made, clock);
  return { files, problem: current.problem, problemOfPrevious: previous.problem };
}

const NOTHING = { made: null, problem: null } as const;

function attempt<Made>(make: () => Made): { made: Made | null; problem: string | null } {
  try {
    return { made: make(), problem: null };
  } catch (error) {
    if (error instanceof UnusableKeyError) return { made: null, problem: error.message };
    throw error;
  }
}

function signingSource(source: KeySource): KeySource {
  if (source.files.some(({ signs }) => signs)) return source;
  throw new UnusableKeyError(
    source instanceof KeyFolder
      ? 'takes a folder with a private key in one of its files'
      : 'takes a private key, and this one is public',
  );
}

function keySource(path: string, rsaAlgorithm: RsaAlgorithm, clock: Clock): KeySource {
  if (!isFolder(path)) return fileAlone(path, rsaAlgorithm);
  const folder = new KeyFolder(path, rsaAlgorithm, clock);
  folder.look();
  return folder;
}

function isFolder(path: string): boolean {
  return readable(() => statSync(path).isDirectory());
}

function fileAlone(path: string, rsaAlgorithm: RsaAlgorithm): KeySource {
  const text = readable(() => readFileSync(path, 'utf8'));
  const file = { name: path, text, signs: isSigning(text, rsaAlgorithm), sinceMs: 0 };
  return { files: [file], look: () => [] };
}

/** @throws UnusableKeyError that says why a file cannot be read */
function readable<Read>(read: () => Read): Read {
  try {
    return read();
  } catch (cause) {
    throw new UnusableKeyError(notReadable(cause), { cause });
  }
}
