import type { Baton } from './baton.js';
import { NO_PROOF, isBound, sessionBound } from './bound-token.js';
import { type BatonClock, systemClock } from './clock.js';
import type { BatonError } from './errors.js';
import { report } from './events.js';
import { type WakeUps, browserWakeUps } from './wake-ups.js';

/** The part of a `WebSocket` that is used: a browser's, or that of the package `ws`. */
export interface WebSocketLike {
  readonly readyState: number;
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): unknown;
  addEventListener(type: 'error', listener: () => void): unknown;
  close(code?: number): unknown;
}

/** What `keepConnected` is told. */
export interface ConnectionOptions {
  /** The one of the client, where it was given one. @default the device's own */
  readonly clock?: BatonClock | undefined;
  /** Ends the wait for the next try. @default visibility and network of a browser's page */
  readonly wakeOn?: WakeUps | undefined;
  /** Is told, once, that a session is bound to a key and has no connection. @default shown, as what listeners throw */
  readonly onRefused?: ((error: BatonError) => unknown) | undefined;
}

/** A connection that is made again whenever it breaks. */
export interface KeptConnection<Socket> {
  /** The one that is open; null while there is none. */
  readonly socket: () => Socket | null;
  /** Closes it for good. */
  readonly stop: () => void;
}

/** `WebSocket.OPEN` */
const OPEN = 1;

/** A normal end, which is meant. @see RFC 6455 section 7.4.1 */
const NORMAL = 1000;

/** With what the server ends a connection whose token or session is over. @see docs/transports.md */
const ENDED = 4401;

/** A connection that lasted less was refused rather than broken. */
const LASTING_MS = 10_000;

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;

/**
 * Keeps a WebSocket open while somebody is signed in. When it breaks it is opened again, with full jitter and ever
 * longer waits; when the server closes it with 4401, at once and with another token. A server that refuses that one,
 * too, is asked no more often than one that does not answer. When the session ends, or somebody else signs in, it is
 * closed, and the next one is theirs.
 *
 * The server takes no token of a bound session from a socket: there is no connection, and `onRefused` is told
 * `session_bound`.
 *
 * A normal end by the server (1000) is final, until somebody signs in.
 *
 * @param open connects with a token, and listens; called for each connection
 */
export function keepConnected<Socket extends WebSocketLike>(
  baton: Baton,
  open: (token: string) => Socket,
  { clock = systemClock, wakeOn = browserWakeUps, onRefused = report }: ConnectionOptions = {},
): KeptConnection<Socket> {
  const connection = new Connection(baton, open, clock, onRefused);
  const stops = [
    baton.subscribe(({ sessionId }) => connection.follow(sessionId)),
    wakeOn(() => connection.wake()),
    () => connection.follow(null),
  ];
  connection.follow(baton.getState().sessionId);
  return { socket: () => connection.opened, stop: () => stops.forEach((stop) => stop()) };
}

class Connection<Socket extends WebSocketLike> {
  private socket: Socket | null = null;
  private sessionId: string | null = null;
  /** Connections in a row that did not last. */
  private failures = 0;
  /** The next try, while it is waited for. */
  private next: { readonly run: () => void; readonly cancel: () => void } | undefined;

  constructor(
    private readonly baton: Baton,
    private readonly open: (token: string) => Socket,
    private readonly clock: BatonClock,
    private readonly onRefused: (error: BatonError) => unknown,
  ) {}

  get opened(): Socket | null {
    return this.socket?.readyState === OPEN ? this.socket : null;
  }

  /** Belongs to this session from now on; to nobody's, when it is null. */
  follow(sessionId: string | null): void {
    if (sessionId === this.sessionId) return;
    const before = this.socket;
    this.next?.cancel();
    Object.assign(this, { socket: null, sessionId, failures: 0, next: undefined });
    before?.close(NORMAL);
    this.connect(sessionId);
  }

  wake(): void {
    this.next?.run();
  }

  /** @param refused a token that the server has refused */
  private connect(owner: string | null, refused?: string): void {
    if (!owner) return;
    this.openFor(owner, refused).catch(() => {
      // There is no token for now. The end of the session is told by the client.
      if (owner === this.sessionId) this.connectLater(owner, refused);
    });
  }

  private async openFor(owner: string, refused?: string): Promise<void> {
    const token = await this.baton.getAccessToken(refused);
    if (owner !== this.sessionId || this.socket || token === null) return;
    if (isBound(token)) return void this.onRefused(sessionBound(NO_PROOF));
    const startMs = this.clock.now();
    const socket = this.open(token);
    this.socket = socket;
    // Node ends a process for an error that nobody listens to; the end of the connection follows it.
    socket.addEventListener('error', () => {});
    socket.addEventListener('close', ({ code }) => {
      if (this.socket !== socket) return;
      this.socket = null;
      if (code === NORMAL) return;
      if (this.clock.now() - startMs >= LASTING_MS) this.failures = 0;
      this.connectLater(owner, code === ENDED ? token : undefined);
    });
  }

  private connectLater(owner: string, refused?: string): void {
    const isAtOnce = refused !== undefined && this.failures === 0;
    const longestMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.failures);
    this.failures += 1;
    const delayMs = isAtOnce ? 0 : longestMs * Math.random();
    const cancel = this.clock.setTimeout(() => this.wake(), delayMs);
    const run = () => {
      cancel();
      this.next = undefined;
      this.connect(owner, refused);
    };
    this.next = { run, cancel };
  }
}
