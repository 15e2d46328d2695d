import * as v from 'valibot';
import { type Duration, durationSeconds, wholeNumber } from '../../options.js';
import { closedObject } from '../closed-object.js';
import { objectWith } from '../has-methods.js';
import type { AttemptStore } from './shared-attempts.js';

/** How many failed attempts there may be before even the right password is refused with 429. */
export interface AttemptOptions {
  /** Failed logins under one user name from one address (of IPv6: one /64); 0 is no limit. @default 10 */
  readonly perName?: number | undefined;
  /**
   * Failed logins from one address, whatever the names, and failed registrations counted by themselves; of
   * tokens thirty times as many may be refused. 0 is no limit. @default 300
   */
  readonly perAddress?: number | undefined;
  /** How long failures count, from the first one on. @default '15m' */
  readonly window?: Duration | undefined;
  /** Counts failed logins and registrations for all instances, beside the memory that each has. @default none */
  readonly store?: AttemptStore | undefined;
}

const ENTRIES = {
  perName: v.optional(wholeNumber, 10),
  perAddress: v.optional(wholeNumber, 300),
  window: v.optional(durationSeconds(1), '15m'),
  store: v.optional(objectWith<AttemptStore>('enter', 'leave')),
};

const NONE = { perName: 0, perAddress: 0, windowSeconds: 1, store: undefined };

/** The limits, complete; no limits are limits of 0. */
export const attemptsSchema = v.union(
  [
    v.pipe(
      v.literal(false),
      v.transform(() => NONE),
    ),
    v.pipe(
      closedObject(ENTRIES),
      v.transform(({ window: windowSeconds, ...most }) => ({ ...most, windowSeconds })),
    ),
  ],
  'takes false or { perName, perAddress, window, store }',
);

/** The limits, checked and complete. */
export type AttemptSettings = Readonly<v.InferOutput<typeof attemptsSchema>>;
