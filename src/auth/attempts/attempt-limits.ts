import { createHash } from 'node:crypto';
import { HttpException, Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, type Clock } from '../../clock.js';
import { TooManyAttemptsError } from '../../errors.js';
import { AttemptCounter } from './attempt-counter.js';
import { AttemptLimit } from './attempt-limit.js';
import { type Leave, SharedAttempts } from './shared-attempts.js';
import { AUTH_CONFIG, type AuthConfig } from '../auth.options.js';
import { limitKeyOf } from '../client-address.js';

/** Verifying a token costs a thousandth of a password, and a whole office may stand behind one address. */
const TOKENS_PER_PASSWORD = 30;

/**
 * How many failures a user name and an address may have. Successes do not count and wipe nothing. Counts are
 * kept in the memory of this instance and, but for those of refused tokens, in the store that all share.
 */
@Injectable()
export class AttemptLimits {
  private readonly logger = new Logger('AuthModule');
  private readonly names: AttemptLimit;
  private readonly logins: AttemptLimit;
  private readonly registrations: AttemptLimit;
  private readonly tokens: AttemptCounter;
  /** Until when addresses are refused, Unix milliseconds; empty as long as nobody sends forgeries. */
  private readonly flooding = new Map<string, number>();

  constructor(
    @Inject(AUTH_CONFIG) { attempts }: Pick<AuthConfig, 'attempts'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    const { perName, perAddress, windowSeconds, store } = attempts;
    const shared = store && new SharedAttempts(store, windowSeconds);
    const counterOf = (most: number) => new AttemptCounter(most, windowSeconds * 1000, clock);
    const limitOf = (kind: string, most: number, what: string) => {
      const onLimit = (seconds: number, address: string) => this.tell(what, address, seconds);
      return new AttemptLimit(kind, counterOf(most), onLimit, shared);
    };
    this.names = limitOf('name', perName, 'failed logins under one name');
    this.logins = limitOf('address', perAddress, 'failed logins');
    this.registrations = limitOf('registration', perAddress, 'failed registrations');
    this.tokens = counterOf(perAddress * TOKENS_PER_PASSWORD);
  }

  /**
   * Makes a login, or whatever else checks a password: counted under its name and address, and under its
   * address. Without an address it is counted under its name alone.
   *
   * @param attempt resolves to `null`, or throws a 401, when it failed
   * @throws TooManyAttemptsError when a limit is reached, however right the password would be
   */
  login<Result>(
    username: string,
    ip: string | null,
    attempt: () => Promise<Result | null>,
  ): Promise<Result | null> {
    const address = limitKeyOf(ip);
    const places = [() => this.names.enter(`${keyOfName(username)} ${address}`, address)];
    if (ip !== null) places.push(() => this.logins.enter(address, address));
    return counted(places, attempt, isUnauthorized);
  }

  /**
   * Makes a registration, counted under its address.
   *
   * @param attempt throws a 409 when the name is taken, which tells who is registered
   * @throws TooManyAttemptsError when the limit is reached
   */
  registration<Result>(ip: string | null, attempt: () => Promise<Result>): Promise<Result> {
    const address = limitKeyOf(ip);
    const places = ip === null ? [] : [() => this.registrations.enter(address, address)];
    return counted(places, attempt, isConflict);
  }

  /** Counts a token that was refused: forged, or spent, or of a session that has ended. */
  noteRefusedToken(ip: string | null): void {
    if (ip === null) return;
    const address = limitKeyOf(ip);
    const count = this.tokens.of(address);
    count.failures += 1;
    if (!this.tokens.isFull(count) || count.told) return;
    count.told = true;
    this.flooding.set(address, count.endsAtMs);
    this.tell('refused tokens', address, this.tokens.secondsLeft(count));
  }

  /** Whether any address is refused at all; nothing else need be asked as long as none is. */
  get isFlooded(): boolean {
    return this.flooding.size > 0;
  }

  /**
   * Refuses an address that has sent too many tokens that were refused, before the next one is looked at.
   *
   * @throws TooManyAttemptsError
   */
  assertNoFlood(ip: string | null): void {
    if (!this.isFlooded) return;
    const address = limitKeyOf(ip);
    const endsAtMs = this.flooding.get(address);
    if (endsAtMs === undefined) return;
    const leftMs = endsAtMs - this.clock.nowMs();
    if (leftMs > 0) throw new TooManyAttemptsError(Math.ceil(leftMs / 1000));
    this.flooding.delete(address);
  }

  /** Never the name: people type passwords into the wrong field. */
  private tell(what: string, address: string, seconds: number): void {
    this.logger.warn(`Too many ${what} from ${address}: refused for ${seconds} s`);
  }
}

/** Makes an attempt with all of its places taken, and gives them back unless it failed. */
async function counted<Result>(
  places: readonly (() => Promise<Leave>)[],
  attempt: () => Promise<Result>,
  isFailure: (error: unknown) => boolean,
): Promise<Result> {
  const taken: Leave[] = [];
  let failed = false;
  try {
    for (const enter of places) taken.push(await enter());
    const result = await attempt();
    failed = result === null;
    return result;
  } catch (error) {
    failed = isFailure(error);
    throw error;
  } finally {
    for (const leave of taken) leave(failed);
  }
}

const hasStatus = (error: unknown, status: number): boolean =>
  error instanceof HttpException && error.getStatus() === status;

/** Whether something was refused for want of the right password or token. */
export const isUnauthorized = (error: unknown): boolean => hasStatus(error, 401);
const isConflict = (error: unknown): boolean => hasStatus(error, 409);

/** As most applications compare names, and never as typed. */
function keyOfName(username: string): string {
  const compared = username.normalize('NFKC').toLowerCase();
  return createHash('sha256').update(compared).digest('base64url');
}
