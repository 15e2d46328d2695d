import { readFileSync } from 'node:fs';

/**
 * Preloaded into a subject (`node --import`): on SIGUSR2 its `Date` goes on by as many seconds as the file
 * named by `BENCH_CLOCK` says. Timers and the database's own clock keep their time.
 */
const RealDate = Date;
let offsetMs = 0;

process.on('SIGUSR2', () => {
  offsetMs += Number(readFileSync(process.env.BENCH_CLOCK, 'utf8')) * 1000;
});

globalThis.Date = class Date extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [RealDate.now() + offsetMs] : given));
  }

  static now() {
    return RealDate.now() + offsetMs;
  }
};
