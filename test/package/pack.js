import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './steps.js';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Builds from nothing, so that no file of an older build is packed. @returns the tarball, and what is in it */
export async function pack(destination) {
  rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
  await run(ROOT, 'npm', 'run', 'build');
  const [packed] = JSON.parse(
    await run(ROOT, 'npm', 'pack', '--json', '--pack-destination', destination),
  );
  const { filename, files, unpackedSize } = packed;
  return { path: join(destination, filename), files: files.map(({ path }) => path), unpackedSize };
}
