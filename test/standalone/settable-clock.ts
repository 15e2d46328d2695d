import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Variables, temporaryFolder } from './server-process.js';

const SET_CLOCK = pathToFileURL(join(import.meta.dirname, 'set-clock.mjs')).href;

/** The clock of a server's machine. */
export interface SettableClock {
  /** What a server is started with that goes by it. */
  readonly variables: Variables;
  /** Sets it off by so much, also while the server runs. */
  readonly setOff: (ms: number) => Promise<void>;
}

export async function settableClock(offMs: number): Promise<SettableClock> {
  const file = join(await temporaryFolder(), 'off');
  const setOff = (ms: number) => writeFile(file, String(ms));
  await setOff(offMs);
  const variables = { NODE_OPTIONS: `--import ${SET_CLOCK}`, CLOCK_OFF_MS_FILE: file };
  return { variables, setOff };
}
