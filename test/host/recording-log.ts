import type { INestApplication } from '@nestjs/common';

/** What a host logs, as lines: its errors and warnings. */
export function recordingLog() {
  const lines: string[] = [];
  const write = (line: unknown) => void lines.push(String(line));
  const logger = { log: () => {}, error: write, warn: write };
  return { lines, configure: (app: INestApplication) => app.useLogger(logger) };
}
