import type { TokenPairBody } from 'nestjs-baton';
import { KeyHolder } from '../host/key-holder.js';
import { machineClock } from './machine-clock.js';

/** A refresh as it went over the line. */
interface Overheard {
  readonly presented?: string;
  readonly refreshProof?: string;
}

const REFRESH = '/auth/token/refresh';
const LOGOUT = '/auth/logout';
const ME = '/auth/me';

/** Has every token that was ever issued and every proof that was ever sent, and a key of his own, but not the right one. */
export class Thief {
  private readonly key = new KeyHolder(machineClock);
  private readonly pairs: TokenPairBody[];
  private readonly overheard: Overheard[] = [];
  /** How often he has tried. */
  tries = 0;
  /** How often he got anything but a refusal of his proof. */
  tokens = 0;

  constructor(
    private readonly url: string,
    private readonly random: () => number,
    first: TokenPairBody,
  ) {
    this.pairs = [first];
  }

  copy(pair: TokenPairBody, overheard: Overheard): void {
    this.pairs.push(pair);
    this.overheard.push(overheard);
  }

  async tryEverything(): Promise<void> {
    const { access_token: token, refresh_token } = this.pick(this.pairs);
    const body = { refresh_token };
    const own = (method: string, path: string, ath?: string) =>
      this.key.proof(method, this.url + path, ath);
    await this.send('POST', REFRESH, {}, body);
    await this.send('POST', REFRESH, { DPoP: await own('POST', REFRESH) }, body);
    await this.send('POST', LOGOUT, {}, body);
    await this.send('POST', LOGOUT, { DPoP: await own('POST', LOGOUT) }, body);
    await this.send('GET', ME, { Authorization: `Bearer ${token}` });
    await this.send('GET', ME, {
      Authorization: `DPoP ${token}`,
      DPoP: await own('GET', ME, token),
    });
    if (this.overheard.length === 0) return;
    const { presented = '', refreshProof = '' } = this.pick(this.overheard.slice(-50));
    await this.send('POST', REFRESH, { DPoP: refreshProof }, { refresh_token: presented });
    // A proof of the owner's for another request is none for this one.
    const stolen = { Authorization: `DPoP ${token}`, DPoP: refreshProof };
    await this.send('GET', ME, stolen);
  }

  private async send(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: object,
  ): Promise<void> {
    this.tries += 1;
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...headers,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answered: unknown = await response.json().catch(() => null);
    const refused = JSON.stringify(answered).includes('"error":"invalid_dpop_proof"');
    if (response.status !== 401 || !refused) this.tokens += 1;
  }

  private pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.random() * items.length)];
    if (item === undefined) throw new Error('There is nothing to pick from');
    return item;
  }
}
