import type { TokenPairBody } from 'nestjs-baton';
import { hashOf } from '../../src/tokens/token-hash.js';
import type { Outcome } from './referee.js';
import type { Server, Surroundings } from './server.js';
import { Party, isToBeRepeated } from './party.js';

/**
 * A client that keeps to the protocol: it presents the token that it has stored, with the same key until it is
 * answered, stores what it gets, and only then uses it. Its tabs share the storage.
 */
export class Owner extends Party {
  /** Null while logged out. */
  stored: TokenPairBody | null = null;

  /** @param isKeyed whether it binds its repeats */
  constructor(
    name: string,
    around: Surroundings,
    servers: readonly Server[],
    private readonly isKeyed: boolean,
  ) {
    super(name, around, servers);
  }

  /** Lives until the time is over. */
  async live(untilMs: number): Promise<void> {
    const { scheduler, random } = this.around;
    while (scheduler.nowMs < untilMs) {
      if (this.stored === null) await this.logIn();
      else await this.doSomething();
      await scheduler.sleep(random.between(1, random.pick([500, 3000, 12_000])));
    }
  }

  /** Once nothing fails any more: a session that nobody ended is refreshed, and what it gets is good. */
  async refreshAndUse(): Promise<boolean> {
    await this.refresh();
    if (this.stored === null) return false;
    await this.useStored();
    return this.stored !== null;
  }

  /** The `Idempotency-Key` of a token. */
  readonly keyOf = (token: string): string | null =>
    this.isKeyed ? `the key of ${hashOf(token)}` : null;

  private async doSomething(): Promise<void> {
    const { random } = this.around;
    const what = random.next();
    if (what < 0.4) await this.useStored();
    else if (what < 0.85) {
      await this.refresh();
      if (random.chance(0.8)) await this.useStored();
    } else if (what < 0.97) await Promise.all([this.refresh(), this.refresh()]);
    else await this.logOut(what < 0.985 ? 'refresh token' : 'access token');
  }

  private async logIn(): Promise<void> {
    const server = this.pick();
    this.tell(`logs in at ${server.name}`);
    const user = { id: this.name, username: this.name };
    const outcome = await this.around.network.ask<Outcome<TokenPairBody>>((reply) =>
      server.serve(({ auth }) => auth.openSession(user), reply),
    );
    if (outcome !== null && 'answer' in outcome) this.stored = outcome.answer;
  }

  private async useStored(): Promise<void> {
    const pair = this.stored;
    if (pair === null) return;
    const outcome = await this.use(pair);
    if (outcome !== null && 'code' in outcome && outcome.code === 'session_revoked') this.end(pair);
  }

  /** Repeats until there is an answer; another tab's answer will do. */
  private async refresh(): Promise<void> {
    const { scheduler, random } = this.around;
    const pair = this.stored;
    if (pair === null) return;
    for (;;) {
      const outcome = await this.present(pair.refresh_token, this.keyOf(pair.refresh_token));
      if (isToBeRepeated(outcome)) await scheduler.sleep(random.between(10, 2000));
      else if ('code' in outcome) this.end(pair);
      else if (this.stored === pair) this.stored = outcome.answer;
      if (this.stored !== pair) return;
    }
  }

  private async logOut(by: 'access token' | 'refresh token'): Promise<void> {
    const { scheduler, random } = this.around;
    const pair = this.stored;
    if (pair === null) return;
    this.stored = null;
    for (let tries = 0; tries < 5; tries += 1) {
      if (!isToBeRepeated(await this.leave(pair, by))) return;
      await scheduler.sleep(random.between(10, 2000));
    }
  }

  private end(pair: TokenPairBody): void {
    if (this.stored === pair) this.stored = null;
  }
}
