import type { TokenPairBody } from 'nestjs-baton';
import type { Owner } from './owner.js';
import { Party } from './party.js';

/** A pair that the thief has, and what he knows of whose it was. */
interface Loot {
  readonly pair: TokenPairBody;
  readonly keyOf: (token: string) => string | null;
}

/** Has every token that he ever saw, and uses any of them at any time. */
export class Thief extends Party {
  readonly loot: Loot[] = [];

  /** @param knowsKeys whether he has copied what the owner makes the `Idempotency-Key` of */
  async live(owners: readonly Owner[], knowsKeys: boolean, untilMs: number): Promise<void> {
    const { scheduler, random } = this.around;
    while (scheduler.nowMs < untilMs) {
      await scheduler.sleep(random.between(1, random.pick([1000, 15_000])));
      const owner = random.pick(owners);
      const what = random.next();
      if (what < 0.5 || this.loot.length === 0) this.steal(owner, knowsKeys);
      else if (what < 0.75) await this.use(this.pickLoot().pair);
      else await this.presentOne(this.pickLoot());
    }
  }

  /** Tries all that he has. @returns the sessions that he has got something of */
  async presentAll(): Promise<Set<string>> {
    const robbed = new Set<string>();
    for (const loot of this.loot.splice(0)) {
      if (await this.presentOne(loot)) robbed.add(loot.pair.session_id);
    }
    return robbed;
  }

  async useAll(): Promise<void> {
    for (const { pair } of this.loot) await this.use(pair);
  }

  private steal({ stored, name, keyOf }: Owner, knowsKeys: boolean): void {
    if (stored === null || this.loot.some(({ pair }) => pair === stored)) return;
    this.tell(`steals what ${name} has stored`);
    this.loot.push({ pair: stored, keyOf: knowsKeys ? keyOf : () => null });
  }

  private async presentOne({ pair, keyOf }: Loot): Promise<boolean> {
    const outcome = await this.present(pair.refresh_token, keyOf(pair.refresh_token));
    if (outcome === null || 'code' in outcome) return false;
    this.loot.push({ pair: outcome.answer, keyOf });
    return true;
  }

  private pickLoot(): Loot {
    return this.around.random.pick(this.loot);
  }
}
