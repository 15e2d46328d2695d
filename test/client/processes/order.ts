import type { Credentials } from '../../../src/client/index.js';

/** Where in its first refresh a program dies. */
export const STEPS = [
  'before the request',
  'after the request',
  'after the answer',
  'before the write',
  'within the write',
  'after the write',
] as const;

/** What a program of its own is to do. */
export interface WorkerOrder {
  readonly baseUrl: string;
  readonly storage: 'sqlite' | 'file' | 'encrypted file';
  readonly path: string;
  /** Signs in first, if given. */
  readonly credentials?: Credentials;
  /** A file that says what time it is; the device's own clock unless given. */
  readonly clock?: string;
  readonly rounds: number;
  readonly pauseMs: number;
  readonly dieAt?: (typeof STEPS)[number];
}

/** What it says it has seen. */
export interface WorkerReport {
  readonly answered: number;
  readonly statuses: number[];
  readonly sessionIds: string[];
  readonly errors: string[];
}
