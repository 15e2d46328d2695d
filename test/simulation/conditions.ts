import type { AuthModuleOptions } from 'nestjs-baton';
import type { Random } from './random.js';

/** What one schedule is played under: drawn from its seed. */
export interface Conditions {
  readonly auth: Pick<
    AuthModuleOptions,
    'grace' | 'recovery' | 'recoverLostWrites' | 'reuseScope' | 'refreshTtl' | 'maxSessions'
  > & { readonly grace: number; readonly recovery: boolean };
  readonly instances: number;
  readonly owners: number;
  /** Whether each owner binds repeats by an `Idempotency-Key`. */
  readonly isKeyed: boolean;
  readonly thief: 'none' | 'has tokens' | 'has tokens and keys';
  /** How often a message is lost, 0 to 1; as often one is slow, and one comes twice. */
  readonly badness: number;
  /** How long the parties and the faults go on. Milliseconds. */
  readonly lastsMs: number;
  /** Whether processes die, standbys take over and clocks are moved. */
  readonly hasFaults: boolean;
}

export function drawConditions(random: Random): Conditions {
  return {
    auth: {
      grace: random.pick([10, 10, 10, 3, 0]),
      recovery: random.chance(0.85),
      recoverLostWrites: random.chance(0.85),
      reuseScope: random.pick(['session', 'session', 'session', 'user']),
      refreshTtl: random.pick([604_800, 604_800, 30]),
      maxSessions: random.pick([0, 0, 0, 1]),
    },
    instances: random.between(1, 3),
    owners: random.between(1, 2),
    isKeyed: random.chance(0.5),
    thief: random.pick(['none', 'has tokens', 'has tokens and keys']),
    badness: random.pick([0, 0.02, 0.1]),
    lastsMs: random.between(20, 60) * 1000,
    hasFaults: random.chance(0.7),
  };
}
