import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUGS, type Bug } from './bugs.js';

/** What the simulation is made of; the modules are those of the project. */
const COPIED = ['src', 'test/simulation', 'test/host', 'tsconfig.json', 'package.json'];

const folder = mkdtempSync(join(tmpdir(), 'baton-bugs-'));
for (const copied of COPIED) cpSync(copied, join(folder, copied), { recursive: true });
symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));

/** Sows one bug, and simulates until it is found. @returns the last lines that were said */
function find({ file, text, instead }: Bug): { isFound: boolean; said: string } {
  const path = join(folder, file);
  const source = readFileSync(path, 'utf8');
  if (!source.includes(text)) throw new Error(`${file} has no longer: ${text}`);
  writeFileSync(
    path,
    source.replace(text, () => instead),
  );
  const command = ['--import', 'tsx', 'test/simulation/simulate.ts', '--runs', '2000'];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  writeFileSync(path, source);
  const said = /^seed .*$/m.exec(stdout)?.[0] ?? stderr.slice(-300);
  return { isFound: status === 1 && said.startsWith('seed '), said };
}

let missed = 0;
for (const bug of BUGS) {
  const { isFound, said } = find(bug);
  if (!isFound) missed += 1;
  console.log(`${isFound ? 'caught' : 'MISSED'}  ${bug.what}: ${said}`);
}
rmSync(folder, { recursive: true });
console.log(`${BUGS.length - missed} of ${BUGS.length} bugs are caught`);
process.exitCode = missed === 0 ? 0 : 1;
