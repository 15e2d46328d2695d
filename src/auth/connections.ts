import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { Subscription } from 'rxjs';
import { CLOCK, type Clock, repeatEvery } from '../clock.js';
import {
  AuthError,
  InvalidTokenError,
  SessionRevokedError,
  TokenExpiredError,
  UnavailableError,
} from '../errors.js';
import { SETTINGS, type Settings } from '../options.js';
import { RevocationList } from '../sessions/revocation-list.js';
import { AccessTokenCodec } from '../tokens/access-token-codec.js';
import { AccessControl, type AuthenticatedUser } from './access-control.js';
import { AttemptLimits } from './attempts/attempt-limits.js';
import { AUTH_CONFIG, type AuthConfig } from './auth.options.js';
import { addressOf } from './http-request.js';
import { keepHandshake } from './transports/handshakes.js';
import { closeSocket, goneEventOf, isGone } from './transports/open-socket.js';
import { call } from './transports/reach.js';
import { handshake } from './transports/sockets.js';

/**
 * The open connections, each under its session: a WebSocket is closed, and an event stream ends, when the session
 * is revoked, here or on another instance, and when its newest access token has expired. `JwtAuthGuard` keeps
 * those that send it a message; a gateway opens them at once, see {@link open}.
 */
@Injectable()
export class Connections implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly bySession = new Map<string, Set<Held>>();
  private readonly byConnection = new WeakMap<object, Held>();
  private revocation: Subscription | undefined;
  private stop: () => void = () => {};

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(AUTH_CONFIG) private readonly config: AuthConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly revocations: RevocationList,
    private readonly accessControl: AccessControl,
    private readonly accessTokens: AccessTokenCodec,
    private readonly attempts: AttemptLimits,
  ) {}

  onApplicationBootstrap(): void {
    this.revocation = this.revocations.heard.subscribe((id) => this.endSession(id));
    const intervalMs = (this.settings.revocationPollSeconds * 1000) / LOOKS_PER_POLL;
    // What a poll fails of, a later one finds out.
    this.stop = repeatEvery(
      intervalMs,
      () => this.look(),
      () => {},
    );
  }

  onApplicationShutdown(): void {
    this.revocation?.unsubscribe();
    this.stop();
  }

  /** How many are open. */
  get size(): number {
    let size = 0;
    for (const held of this.bySession.values()) size += held.size;
    return size;
  }

  /**
   * For a gateway's `handleConnection`: verifies the token of the handshake, and closes the client with 4401 when it
   * is refused. Never rejects, for Nest would not catch it.
   *
   * @param request what `ws` hands on beside its client
   * @returns null when the client was closed, or has brought no token: a first message may
   */
  async open(client: object, request?: object): Promise<AuthenticatedUser | null> {
    if (request !== undefined) keepHandshake(client, request);
    const { ofHandshake, ip } = handshake(client, this.config.socketQueryToken);
    if (ofHandshake === null) return null;
    const address = addressOf(ip === undefined ? {} : { ip });
    try {
      this.attempts.assertNoFlood(address);
      const session = await this.accessControl.authenticate(ofHandshake);
      this.keep(client, session, null);
      return session;
    } catch (error) {
      if (error instanceof InvalidTokenError) this.attempts.noteRefusedToken(address);
      const told =
        error instanceof AuthError ? error : new UnavailableError('Try again later', error);
      closeSocket(client, told);
      return null;
    }
  }

  /**
   * Gives an open connection its next token, wherever the client has sent it.
   *
   * @throws InvalidTokenError | TokenExpiredError | SessionRevokedError | UnavailableError; the connection stays as
   *   it was
   */
  async renew(client: object, accessToken: string): Promise<AuthenticatedUser> {
    const session = await this.accessControl.authenticate(accessToken);
    this.keep(client, session, accessToken);
    return session;
  }

  /** Keeps a socket whose token was let in. @param token where it came after the handshake */
  keep(client: object, session: AuthenticatedUser, token: string | null): void {
    const close = (error: AuthError): void => closeSocket(client, error);
    try {
      this.hold(client, session, close);
    } catch (error) {
      if (!(error instanceof SessionRevokedError)) throw error;
      close(error);
    }
    const held = this.byConnection.get(client);
    if (held !== undefined && token !== null) held.token = token;
  }

  /**
   * Keeps anything that stays open and emits `close` (or, of socket.io, `disconnect`) when it is gone.
   *
   * @param session whom the guard let in, or `AuthService.authenticate`
   * @param end called once, with what ended it, unless the connection is gone before
   * @throws SessionRevokedError when it was revoked since its token was looked at: then nothing is kept
   */
  hold(connection: object, session: AuthenticatedUser, end: (error: AuthError) => void): void {
    const { sessionId, claims } = session;
    const endsAtMs = this.accessTokens.endSecondsOf(claims) * 1000;
    const known = this.byConnection.get(connection);
    const isRevoked = this.revocations.has(sessionId);
    if (known !== undefined) {
      this.move(known, sessionId, endsAtMs);
      if (isRevoked) this.endSession(sessionId);
    } else if (isRevoked) {
      throw new SessionRevokedError();
    } else if (!isGone(connection)) {
      this.begin(connection, { sessionId, endsAtMs, token: null, end });
    }
  }

  /** The token that came after the handshake; null where none did. */
  newestToken(connection: object | null): string | null {
    return connection === null ? null : (this.byConnection.get(connection)?.token ?? null);
  }

  private begin(connection: object, held: Held): void {
    this.byConnection.set(connection, held);
    this.add(held);
    call(connection, 'once', goneEventOf(connection), () => {
      this.byConnection.delete(connection);
      this.remove(held);
    });
  }

  private move(held: Held, sessionId: string, endsAtMs: number): void {
    held.endsAtMs = endsAtMs;
    if (held.sessionId === sessionId) return;
    this.remove(held);
    held.sessionId = sessionId;
    this.add(held);
  }

  private add(held: Held): void {
    const ofSession = this.bySession.get(held.sessionId) ?? new Set();
    this.bySession.set(held.sessionId, ofSession.add(held));
    if (this.settings.revocation === 'strict') void this.askAgain(held);
  }

  /** Under `strict` no list knows what was revoked, and heard of, between the look at a token and now. */
  private async askAgain(held: Held): Promise<void> {
    const { sessionId } = held;
    try {
      if (await this.revocations.isRevoked(sessionId)) this.endSession(sessionId);
    } catch (error) {
      const isOpen = this.bySession.get(sessionId)?.has(held);
      if (isOpen) this.end(held, new UnavailableError('Try again later', error));
    }
  }

  private remove(held: Held): void {
    const ofSession = this.bySession.get(held.sessionId);
    ofSession?.delete(held);
    if (ofSession?.size === 0) this.bySession.delete(held.sessionId);
  }

  private endSession(sessionId: string): void {
    for (const held of this.bySession.get(sessionId) ?? [])
      this.end(held, new SessionRevokedError());
  }

  private end(held: Held, error: AuthError): void {
    this.remove(held);
    held.end(error);
  }

  /**
   * The list of revocations is kept up for as long as something is open: under `strict` nobody else polls, and under
   * `cached` nobody does where no request has come for a while.
   */
  private async look(): Promise<void> {
    const nowMs = this.clock.nowMs();
    for (const ofSession of this.bySession.values()) {
      for (const held of ofSession) {
        if (held.endsAtMs <= nowMs) this.end(held, new TokenExpiredError('Access'));
      }
    }
    const [open] = this.bySession.keys();
    if (open === undefined) return;
    if (this.settings.revocation === 'strict') await this.revocations.refresh();
    else await this.revocations.isRevoked(open);
  }
}

/** An open connection, as long as its session and its newest token last. */
interface Held {
  sessionId: string;
  /** When the newest token ends, Unix milliseconds. */
  endsAtMs: number;
  /** The newest token, where it came after the handshake. */
  token: string | null;
  end: (error: AuthError) => void;
}

/** Ends are looked for twice in the time that a revocation may take to be known here. */
const LOOKS_PER_POLL = 2;
