import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Data of others that lies beside the project where it is developed, and nowhere else. */
const FOLDER = join(import.meta.dirname, '../../../shared/vectors');

/** A file of known vectors, parsed. */
export function readVectors(path: string): unknown {
  return JSON.parse(readFileSync(join(FOLDER, path), 'utf8'));
}

/** The files of a folder of known vectors, as bytes, by name. */
export function readVectorFiles(folder: string): [name: string, bytes: Buffer][] {
  return readdirSync(join(FOLDER, folder)).map((name) => [
    name,
    readFileSync(join(FOLDER, folder, name)),
  ]);
}

/** Describes a suite that reads a folder of known vectors; where it is not there, a skip says so. */
export function describeWithVectors(folder: string, name: string, suite: () => void): void {
  if (existsSync(join(FOLDER, folder))) describe(name, suite);
  else it.skip(`${name}: there is no ../shared/vectors/${folder} beside the project`, () => {});
}
