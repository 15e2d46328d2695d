import type { LoopTarget } from './closed-loop.js';
import type { Credential, ProtocolName } from './protocols.js';
import type { Slice } from './slices.js';

/** What the clients do, again and again. */
export type Scenario =
  /** The same requests in turn, whoever answers. */
  | { readonly kind: 'plain'; readonly path: string; readonly body?: string }
  /** A guarded GET with one token of a login, or with `tokens` different ones of this generation. */
  | {
      readonly kind: 'guarded';
      readonly tokens: number;
      readonly generation: 0 | 1;
      readonly secret: string;
    }
  /** Each client refreshes its own session with what it just got. */
  | { readonly kind: 'refresh' }
  | { readonly kind: 'login' }
  /** The same with sessions that are there already, each client taking its share of them in turn. */
  | { readonly kind: 'refresh held'; readonly credentials: readonly Credential[] }
  /** The list of sessions, for the users of these access tokens. */
  | { readonly kind: 'sessions'; readonly accesses: readonly string[] };

/** Whom the clients are to drive, and how. */
export interface DriverJob extends LoopTarget {
  readonly protocol: ProtocolName;
  readonly connections: number;
  readonly scenario: Scenario;
}

/** What the harness says to a driver: first its job, which is prepared once, then slice after slice. */
export type DriverMessage = { readonly job: DriverJob } | { readonly slice: Slice };
