/** What a check of the package does step by step, and says of each. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const startedAt = Date.now();

export const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));

export function say(line) {
  console.log(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(5)}s  ${line}`);
}

export function fail(line, details = '') {
  throw new Error(`${line}\n${details}`.trim());
}

/** Runs a program to its end. @returns what it wrote */
export async function run(cwd, command, ...args) {
  try {
    return (await execute(command, args, { cwd })).stdout;
  } catch ({ stdout, stderr, message }) {
    return fail(`${command} ${args.join(' ')} failed in ${cwd}`, stdout + stderr || message);
  }
}
