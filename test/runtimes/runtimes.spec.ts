import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ServerProcess, cleanUp, startServer } from '../standalone/server-process.js';
import { PASSWORD, post } from '../standalone/vocabulary.js';

const run = promisify(execFile);
const SESSION = join(import.meta.dirname, 'session.js');
const bin = (name: string): string => join(import.meta.dirname, 'node_modules/.bin', name);

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
  await post(`${server.url}/users`, { username: 'ann', password: PASSWORD });
});
afterAll(cleanUp);

it.each([
  ['Node', process.execPath, []],
  ['Deno', bin('deno'), ['run', '--allow-net=127.0.0.1', '--no-prompt']],
  ['Bun', bin('bun'), ['run']],
] as const)(
  'the client runs unchanged on %s, from sign-in to sign-out',
  async (_name, file, args) => {
    const { stdout } = await run(file, [...args, SESSION, server.url, 'ann', PASSWORD]);
    expect(JSON.parse(stdout)).toEqual(['ann', 'refreshed', 200, 'signed out: sign_out', null]);
  },
);
