import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type InProcessServer, startInProcess, stopAll } from '../standalone/server-in-process.js';
import { cleanUp, temporaryFolder } from '../standalone/server-process.js';
import { signUp } from '../standalone/vocabulary.js';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');

let server: InProcessServer;
beforeAll(async () => {
  server = await startInProcess();
});
afterAll(async () => {
  await stopAll();
  await cleanUp();
});

/** Runs an example as its own documentation says. @returns the JSON that it prints */
async function example(file: string, args: readonly string[], variables = {}): Promise<unknown> {
  const env = { ...process.env, BATON_URL: server.url, ...variables };
  const command = ['--import', 'tsx', join(ROOT, 'examples', file), ...args];
  const { stdout } = await run(process.execPath, command, { cwd: ROOT, env });
  return JSON.parse(stdout);
}

it('the command line stays signed in between runs, and its file shows nothing', async () => {
  const { credentials } = await signUp(server.url);
  const { username, password } = credentials;
  const file = join(await temporaryFolder(), 'session');
  const variables = { BATON_FILE: file, BATON_KEY: randomBytes(32).toString('hex') };
  const first = await example('cli/whoami.ts', [username, password], variables);
  expect(first).toMatchObject({ username });
  expect(await example('cli/whoami.ts', [], variables)).toEqual(first);
  expect(await readFile(file, 'latin1')).not.toContain('eyJ');
});

it('an axios instance stays signed in', async () => {
  const { credentials } = await signUp(server.url);
  const { username, password } = credentials;
  const answer = await example('axios/sessions.ts', [username, password]);
  expect(answer).toHaveProperty(['sessions', 0, 'device_name'], 'axios');
});
