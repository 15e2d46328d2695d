import type { Counter, Meter } from '@opentelemetry/api';
import type { AuthEvent, SessionRefreshedEvent } from '../events.js';

/** Counts what happens to sessions, as it is told. */
export class EventCounters {
  private readonly logins: Counter;
  private readonly loginFailures: Counter;
  private readonly refreshes: Counter;
  private readonly reuses: Counter;
  private readonly revocations: Counter;
  private readonly staleCopies: Counter;
  private readonly refusedProofs: Counter;
  private readonly passwordChanges: Counter;
  private readonly lostEvents: Counter;

  constructor(meter: Meter) {
    const counter = (name: string, description: string): Counter =>
      meter.createCounter(`baton.${name}`, { description });
    this.logins = counter('logins', 'Sessions that were opened');
    this.loginFailures = counter('login.failures', 'Pairs of name and password that were refused');
    this.refreshes = counter('refreshes', 'Pairs that were handed out for a refresh token');
    this.reuses = counter('reuses', 'Spent refresh tokens that came back');
    this.revocations = counter('revocations', 'Sessions that were ended before their time');
    this.staleCopies = counter(
      'stale_copies',
      'Older copies presented with the key of the session',
    );
    this.refusedProofs = counter('refused_proofs', 'Tokens that came without their key');
    this.passwordChanges = counter('password_changes', 'Passwords that were changed');
    this.lostEvents = counter('audit.lost', 'Events that were not written into their table');
    this.beginAtZero();
  }

  count(event: AuthEvent): void {
    switch (event.type) {
      case 'session.opened':
        return this.logins.add(1);
      case 'login.failed':
        return this.loginFailures.add(1);
      case 'session.refreshed':
        return this.refreshes.add(1, { how: event.how });
      case 'token.reused':
        return this.reuses.add(1);
      case 'session.revoked':
        return this.revocations.add(1, { reason: boundedReason(event.reason) });
      case 'session.stale_copy':
        return this.staleCopies.add(1);
      case 'session.proof_refused':
        return this.refusedProofs.add(1, { token: event.token, fault: event.fault });
      case 'password.changed':
        return this.passwordChanges.add(1);
      case 'audit.lost':
        return this.lostEvents.add(event.count);
    }
  }

  /** A series that appears with its first event has no increase, and an alarm on that is not raised. */
  private beginAtZero(): void {
    const { logins, loginFailures, reuses, staleCopies, passwordChanges, lostEvents } = this;
    for (const counter of [logins, loginFailures, reuses, staleCopies, passwordChanges, lostEvents])
      counter.add(0);
    for (const how of HOW) this.refreshes.add(0, { how });
    for (const reason of REASONS) this.revocations.add(0, { reason });
  }
}

const HOW: readonly SessionRefreshedEvent['how'][] = [
  'rotate',
  'replay',
  'recover',
  'advance',
  'catchUp',
  'keep',
];

const OTHER = 'other';

/** The module's own. */
const REASONS = [
  'logout',
  'reuse',
  'max_sessions',
  'password_changed',
  'user_gone',
  'replaced',
  OTHER,
];

/** An application's own reason may say anything, a name too: each would be a series for ever. */
const boundedReason = (reason: string): string => (REASONS.includes(reason) ? reason : OTHER);
