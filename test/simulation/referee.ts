import type { TokenPairBody } from 'nestjs-baton';
import { hashOf } from '../../src/tokens/token-hash.js';
import type { Conditions } from './conditions.js';
import type { Row } from './database.js';
import { type Ledger, type Presentation, type State, type Use, lastOf } from './ledger.js';
import { isRefusedByTheRules, mayBeReuse } from './reuse-rules.js';

/** What a request came to. */
export type Outcome<Answer> = { readonly answer: Answer } | { readonly code: string };

/** Watches one schedule, and holds it against the four properties of docs/simulation.md. */
export class Referee {
  /** What was found first; null as long as nothing was. */
  violation: string | null = null;
  private readonly presentations: Presentation[] = [];
  private readonly uses: Use[] = [];
  /** Which sessions were ended by an answer of an instance, or by what it told, and when. */
  private readonly endedBy = new Map<string, number>();
  /** When the last process at this place died, with what it had seen. */
  private readonly forgottenMs = new Map<string, number>();
  private readonly told = new Map<string, number>();

  constructor(
    private readonly conditions: Conditions,
    private readonly ledger: Ledger,
    private readonly nowMs: () => number,
    private readonly toleranceMs: () => number,
  ) {}

  fail(property: 'a' | 'b' | 'c' | 'd', what: string): void {
    this.violation ??= `(${property}) ${what}`;
  }

  /** Somebody's token has reached an instance. */
  present(presentation: Presentation): void {
    this.presentations.push(presentation);
  }

  /** And is answered. */
  answer(presentation: Presentation, outcome: Outcome<TokenPairBody>, isCalm: boolean): void {
    presentation.endedMs = this.nowMs();
    if ('answer' in outcome) this.checkGiven(presentation, outcome.answer);
    else this.checkRefused(presentation, outcome.code, isCalm);
  }

  /** What a statement has changed. */
  see(changed: readonly State[], rows: readonly Row[]): void {
    for (const { row } of changed) {
      if (row?.revoked_reason === 'reuse') this.checkAccused(row);
      if (row !== null) this.checkEndedOnce(row);
    }
    const opened = [...this.ledger.histories.values()].filter((one) => lastOf(one).row !== null);
    if (rows.length !== opened.length) {
      this.fail('d', `${opened.length} sessions have ${rows.length} rows`);
    }
  }

  /** An access token has let somebody in. */
  use(use: Use, isFirst: boolean): void {
    if (isFirst) this.uses.push(use);
    if (this.endedBy.has(`${use.instance} ${use.sessionId}`)) {
      this.fail('c', `${use.instance} lets an access token in after it has ended the session`);
    }
  }

  /** An instance has answered that a session is over, or told so. */
  end(instance: string, sessionId: string): void {
    this.endedBy.set(`${instance} ${sessionId}`, this.nowMs());
  }

  /** An instance has told its listeners of a revocation. */
  hear(instance: string, sessionId: string, atMs: number): void {
    this.end(instance, sessionId);
    const times = (this.told.get(`${sessionId} ${atMs}`) ?? 0) + 1;
    this.told.set(`${sessionId} ${atMs}`, times);
    if (times > 1) this.fail('c', `the end of a session was told ${times} times`);
  }

  /** A process is gone, and with it what it knew. */
  forget(instance: string): void {
    for (const key of this.endedBy.keys()) {
      if (key.startsWith(`${instance} `)) this.endedBy.delete(key);
    }
    this.forgottenMs.set(instance, this.nowMs());
  }

  /** A logout was answered. */
  logOut(instance: string, sessionId: string, arrivedMs: number): void {
    this.end(instance, sessionId);
    const history = this.ledger.historyOf(sessionId);
    const { row } = lastOf(history);
    const isLost = history.rollbacks.some((atMs) => atMs >= arrivedMs);
    if (row !== null && row.revoked_at === null && !isLost) {
      this.fail('c', 'a logout was answered, and the session goes on');
    }
  }

  /** What an instance has noted before `beforeMs` is written down now: nobody uses two lines of tokens any more. */
  flushed(instance: string, beforeMs: number): void {
    for (const { sessionId, generation, ...use } of this.uses) {
      if (use.instance !== instance || use.atMs > beforeMs) continue;
      if (use.atMs <= (this.forgottenMs.get(instance) ?? 0)) continue;
      const history = this.ledger.historyOf(sessionId);
      const { row, withdrawn, fromMs } = lastOf(history);
      const isOver = row === null || row.revoked_at !== null;
      const isKnown = row !== null && generation < row.generation && withdrawn.has(generation);
      if (isOver || !isKnown || history.rollbacks.length > 0 || fromMs > beforeMs) continue;
      this.fail('b', `an access token of the withdrawn generation ${generation} accuses nobody`);
    }
  }

  /** Once nothing is under way: who has ended a session told of it, unless it died, or a fail-over took it back. */
  checkTold(): void {
    for (const [sessionId, { states, rollbacks }] of this.ledger.histories) {
      const ended = states.find(({ row }) => row !== null && row.revoked_at !== null);
      if (ended === undefined || rollbacks.length > 0) continue;
      const { row, instance, fromMs } = ended;
      if (instance === null || fromMs <= (this.forgottenMs.get(instance) ?? 0)) continue;
      if (!this.told.has(`${sessionId} ${row?.revoked_at}`)) {
        this.fail('c', `${instance} has ended a session and does not tell of it`);
      }
    }
  }

  private checkEndedOnce(row: Row): void {
    const before = this.ledger.historyOf(row.id).states.at(-2)?.row ?? null;
    if (before === null || before.revoked_at === null) return;
    if (row.revoked_at !== before.revoked_at || row.revoked_reason !== before.revoked_reason) {
      this.fail('c', 'what has ended is ended again, and of something else');
    }
  }

  private checkGiven(presentation: Presentation, pair: TokenPairBody): void {
    const { sessionId, instance, arrivedMs, endedMs } = presentation;
    const history = this.ledger.historyOf(sessionId);
    const tokenHash = hashOf(pair.refresh_token);
    const given = history.states.find(({ row }) => row?.token_hash === tokenHash)?.row ?? null;
    if (given === null) {
      this.fail('c', 'a refresh was answered with a token that was never the live one');
    } else if (given.generation <= presentation.generation) {
      this.fail('b', 'a successor is no newer than what it was handed out for: that stays good');
    }
    const endedMsAgo = this.endedBy.get(`${instance} ${sessionId}`);
    if (endedMsAgo !== undefined && endedMsAgo < arrivedMs) {
      this.fail('c', `${instance} refreshes a session that it has ended`);
    }
    if (history.rollbacks.some((atMs) => atMs >= arrivedMs && atMs <= endedMs)) return;
    const why = isRefusedByTheRules(presentation, history, this.conditions, this.toleranceMs());
    if (why !== null) this.fail('b', `a refresh is answered: ${why}`);
  }

  private checkRefused(presentation: Presentation, code: string, isCalm: boolean): void {
    const { sessionId, instance, arrivedMs } = presentation;
    if (code === 'unavailable') {
      if (isCalm) this.fail('a', 'a refresh is unavailable although everything works');
      return;
    }
    const history = this.ledger.historyOf(sessionId);
    if (this.endedBy.has(`${instance} ${sessionId}`)) return;
    const soonMs = this.nowMs() + this.toleranceMs();
    if (code === 'token_expired' && presentation.expiresMs <= soonMs) return;
    const states = history.states.filter(
      ({ fromMs }, at) =>
        (history.states[at + 1]?.fromMs ?? this.nowMs()) >= arrivedMs || fromMs >= arrivedMs,
    );
    const isTrue = states.some(({ row }) => isReasonFor(code, row, soonMs));
    // An instance that knows of an end keeps to it, though a standby has not heard of it.
    const isKept =
      code === 'session_revoked' &&
      history.rollbacks.length > 0 &&
      history.states.some(({ row }) => row !== null && row.revoked_at !== null);
    if (isKept) return;
    const isAhead = code === 'invalid_token' && this.conditions.auth.recoverLostWrites === false;
    if (!isTrue && !(isAhead && history.rollbacks.length > 0) && history.states.length > 0) {
      this.fail('a', `${code} for a session that is alive`);
    }
  }

  /** A session was revoked for reuse: something must have been presented, or used, that the contract calls one. */
  private checkAccused(row: Row): void {
    const accused = this.conditions.auth.reuseScope === 'user' ? row.user_id : null;
    const isAccused = (sessionId: string): boolean =>
      sessionId === row.id ||
      (accused !== null && lastOf(this.ledger.historyOf(sessionId)).row?.user_id === accused);
    const isBetrayed = this.uses.some(({ sessionId, generation }) => {
      const { states } = this.ledger.historyOf(sessionId);
      return isAccused(sessionId) && states.some(({ withdrawn }) => withdrawn.has(generation));
    });
    const untilMs = this.nowMs();
    const isReuse = this.presentations.some((presentation) => {
      const { sessionId } = presentation;
      const history = this.ledger.historyOf(sessionId);
      const facts = { history, uses: this.uses, untilMs, toleranceMs: this.toleranceMs() };
      return isAccused(sessionId) && mayBeReuse(presentation, facts, this.conditions);
    });
    if (!isBetrayed && !isReuse) this.fail('a', 'a session is revoked for a reuse that was none');
  }
}

function isReasonFor(code: string, row: Row | null, nowMs: number): boolean {
  switch (code) {
    case 'token_reused':
    case 'session_revoked':
      return row !== null && row.revoked_at !== null;
    case 'token_expired':
      return row === null || row.expires_at <= nowMs;
    case 'invalid_token':
      return row === null;
    default:
      return false;
  }
}
