import { Injectable } from '@nestjs/common';
import { Observable, Subject, filter } from 'rxjs';
import type { DpopFault } from './errors.js';

interface SessionEvent {
  readonly sessionId: string;
  readonly userId: string;
  /** When it happened, Unix milliseconds. */
  readonly atMs: number;
}

/** Somebody logged in. */
export interface SessionOpenedEvent extends SessionEvent {
  readonly type: 'session.opened';
  readonly ip: string | null;
}

/** A session was given a pair: a rotation, or a repeat that was answered. */
export interface SessionRefreshedEvent extends SessionEvent {
  readonly type: 'session.refreshed';
  /** The generation of the refresh token that was handed out. */
  readonly generation: number;
  /**
   * `rotate`: the ordinary refresh; `replay`: the same successor again, within the grace period;
   * `recover`: another successor, because the first was never used; `advance`: the token was newer
   * than the row, the database had lost a write. Of a session that is bound to a key: `catchUp`, the token was an
   * older copy; `keep`, it was handed out again, for such sessions do not rotate (`boundRotation`).
   */
  readonly how: 'rotate' | 'replay' | 'recover' | 'advance' | 'catchUp' | 'keep';
  /**
   * With `recover` alone: how many times in a row, this one included, the same token came back for another
   * successor without anybody having used one. An honest client on a bad line has a few.
   */
  readonly inARow?: number;
}

/** A holder of the key of a bound session came with a copy of a refresh token that is older than the live one's parent. */
export interface StaleCopyEvent extends SessionEvent {
  readonly type: 'session.stale_copy';
  /** The generation of the token that came. */
  readonly generation: number;
  /** How many generations it was behind the live one; at least 2. */
  readonly distance: number;
}

/** A genuine token of a bound session came without a proof by its key. It was refused; nothing was revoked. */
export interface ProofRefusedEvent extends SessionEvent {
  readonly type: 'session.proof_refused';
  readonly token: 'access' | 'refresh';
  readonly fault: DpopFault;
  readonly ip: string | null;
}

/** A session was ended before its time. */
export interface SessionRevokedEvent extends SessionEvent {
  readonly type: 'session.revoked';
  readonly reason: string;
}

/** A spent refresh token came back. The session, or every session of the user, is revoked. */
export interface TokenReusedEvent extends SessionEvent {
  readonly type: 'token.reused';
  /** The generation of the token that came back. */
  readonly generation: number;
}

/** A user has set another password; every session but this one is revoked. Sent by the standalone server. */
export interface PasswordChangedEvent extends SessionEvent {
  readonly type: 'password.changed';
  readonly ip: string | null;
}

/** The user store refused a pair of user name and password. */
export interface LoginFailedEvent {
  readonly type: 'login.failed';
  /** As typed. Mind that people type passwords into the wrong field before you log it. */
  readonly username: string;
  readonly ip: string | null;
  readonly atMs: number;
}

/**
 * Events that were not written into the table of events (`audit`): its queue was full, or the database had no place
 * for them. It is written there itself, so that the table shows its own gaps.
 */
export interface AuditLostEvent {
  readonly type: 'audit.lost';
  /** How many, since this was told last. */
  readonly count: number;
  readonly atMs: number;
}

/** What happens to sessions, told apart by `type`. No event ever carries a token or a password. */
export type AuthEvent =
  | SessionOpenedEvent
  | SessionRefreshedEvent
  | StaleCopyEvent
  | ProofRefusedEvent
  | SessionRevokedEvent
  | TokenReusedEvent
  | PasswordChangedEvent
  | LoginFailedEvent
  | AuditLostEvent;

export type AuthEventType = AuthEvent['type'];

/** The event of one type. */
export type AuthEventOf<Type extends AuthEventType> = Extract<AuthEvent, { readonly type: Type }>;

/** The stream of this module's events, sent after the writes they tell of are done. */
@Injectable()
export class AuthEvents {
  private readonly events = new Subject<AuthEvent>();

  /** Every event, as it happens; nothing is kept for late subscribers. */
  readonly all: Observable<AuthEvent> = this.events.asObservable();

  /** The events of one type. */
  on<Type extends AuthEventType>(type: Type): Observable<AuthEventOf<Type>> {
    const isOfType = (event: AuthEvent): event is AuthEventOf<Type> => event.type === type;
    return this.all.pipe(filter(isOfType));
  }

  /** Tells every subscriber. */
  emit(event: AuthEvent): void {
    this.events.next(event);
  }
}
