/**
 * Loaded before a server (`node --import`): its machine's clock is off by as many milliseconds as a file says,
 * read again and again, so that a test sets the clock of a server that runs.
 */
import { readFileSync } from 'node:fs';

const machineNow = Date.now.bind(Date);
let offMs = 0;

const read = () => {
  offMs = Number(readFileSync(process.env.CLOCK_OFF_MS_FILE, 'utf8'));
};
read();
setInterval(read, 10).unref();

const now = () => machineNow() + offMs;

globalThis.Date = class extends Date {
  constructor(...given) {
    super(...(given.length === 0 ? [now()] : given));
  }

  static now() {
    return now();
  }
};
