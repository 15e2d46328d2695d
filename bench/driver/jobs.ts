import type { LoopOptions } from './closed-loop.js';
import type { Credential, ProtocolName } from './protocols.js';

/** What the clients do, again and again. */
export type Scenario =
  /** The same requests in turn, whoever answers. */
  | { readonly kind: 'plain'; readonly path: string; readonly body?: string }
  /** A guarded GET with one token of a login, or `tokens` different ones. */
  | { readonly kind: 'guarded'; readonly tokens: number; readonly secret: string }
  /** Each client refreshes its own session with what it just got. */
  | { readonly kind: 'refresh' }
  | { readonly kind: 'login' }
  /** The same with sessions that are there already, each client taking its share of them in turn. */
  | { readonly kind: 'refresh held'; readonly credentials: readonly Credential[] }
  /** The list of sessions, for the users of these access tokens. */
  | { readonly kind: 'sessions'; readonly accesses: readonly string[] };

/** What the harness asks of the driver. */
export interface DriverJob extends LoopOptions {
  readonly protocol: ProtocolName;
  readonly connections: number;
  readonly scenario: Scenario;
}
