import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TokenPairBody } from 'nestjs-baton';
import { type JWK, decodeJwt, exportJWK, generateKeyPair } from 'jose';
import { Thief } from './thief.js';
import { type ServerProcess, startServer } from '../standalone/server-process.js';
import { KeyHolder } from '../host/key-holder.js';
import { machineClock } from './machine-clock.js';

const PROCESSES = 8;
const WIDEST_GAP = 20;
const CREDENTIALS = { username: 'ann', password: 'correct horse battery staple' };
const SCRIPT = join(import.meta.dirname, 'sibling-process.js');

/** What a process says of its refresh. */
interface Refreshed {
  readonly status: number;
  readonly body: unknown;
  readonly pair?: TokenPairBody;
  readonly presented?: string;
  readonly refreshProof?: string;
}

/** What came out. */
export interface Outcome {
  readonly rounds: number;
  readonly refreshes: number;
  /** How often a copy was so many generations behind when it was presented, by the tokens. */
  readonly gaps: readonly number[];
  /** Answers to honest processes that were none of a session that lives. */
  readonly lost: readonly unknown[];
  readonly thief: { readonly tries: number; readonly tokens: number; readonly events: number };
}

/** A process with a copy of its own. */
class Sibling {
  generation = 0;

  constructor(private readonly child: ChildProcess) {}

  static async start(message: object): Promise<Sibling> {
    const child = fork(SCRIPT, { execArgv: [] });
    const sibling = new Sibling(child);
    await sibling.ask({ kind: 'start', ...message });
    return sibling;
  }

  refresh(): Promise<Refreshed> {
    return this.ask({ kind: 'refresh' });
  }

  stop(): void {
    this.child.kill();
  }

  private async ask(message: object): Promise<Refreshed> {
    const answered = once(this.child, 'message');
    this.child.send(message);
    const [answer] = await answered;
    return answer;
  }
}

/**
 * Eight processes that share a session and a key, and no token: each refreshes with the copy that it has, which is 1
 * to 20 generations old by then. In each round several come at the same moment, and a thief who has every token
 * that was ever issued, and every proof that was ever sent, tries what he can.
 *
 * @param random from 0 to below 1
 */
export async function proveSiblings(
  rounds: number,
  random: () => number,
  variables: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const server = await startServer({
    DATABASE_URL: 'sqlite::memory:',
    AUTH_DPOP: 'required',
    ...variables,
  });
  const { jwk, pair } = await openSession(server);
  const start = { url: server.url, jwk, pair };
  const siblings = await Promise.all(Array.from({ length: PROCESSES }, () => Sibling.start(start)));
  try {
    return await new Play(server, siblings, pair, random).run(rounds);
  } finally {
    for (const sibling of siblings) sibling.stop();
    await server.stop();
  }
}

async function openSession({ url }: ServerProcess): Promise<{ jwk: JWK; pair: TokenPairBody }> {
  const pairOfKeys = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(pairOfKeys.privateKey)), alg: 'ES256' };
  const holder = KeyHolder.of(machineClock, pairOfKeys);
  const post = async (path: string): Promise<Response> =>
    fetch(url + path, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        DPoP: await holder.proof('POST', url + path),
      },
      body: JSON.stringify(CREDENTIALS),
    });
  await post('/users');
  const response = await post('/auth/login');
  return { jwk, pair: JSON.parse(await response.text()) };
}

class Play {
  private readonly gaps: number[] = Array(WIDEST_GAP + PROCESSES).fill(0);
  private readonly lost: unknown[] = [];
  private readonly thief: Thief;
  private newest = 0;
  private refreshes = 0;

  constructor(
    private readonly server: ServerProcess,
    private readonly siblings: readonly Sibling[],
    pair: TokenPairBody,
    private readonly random: () => number,
  ) {
    this.thief = new Thief(server.url, random, pair);
  }

  async run(rounds: number): Promise<Outcome> {
    for (let round = 0; round < rounds; round += 1) await this.round();
    const { tries, tokens } = this.thief;
    const events = this.server.output().match(/came from .* without its key/g)?.length ?? 0;
    const { refreshes, gaps, lost } = this;
    return { rounds, refreshes, gaps, lost, thief: { tries, tokens, events } };
  }

  /** One copy grows as old as the dice say, and is presented while others come with theirs. */
  private async round(): Promise<void> {
    const oldest = this.siblings.toSorted((one, other) => one.generation - other.generation)[0];
    const isOldEnough = oldest !== undefined && this.ageOf(oldest) >= WIDEST_GAP;
    const victim = isOldEnough ? oldest : this.pick(this.siblings);
    const others = this.siblings.filter((sibling) => sibling !== victim);
    const gap = 1 + Math.floor(this.random() * WIDEST_GAP);
    while (this.ageOf(victim) < gap) {
      const tooOld = others.find((sibling) => this.ageOf(sibling) >= WIDEST_GAP);
      await this.refresh(tooOld ?? this.youngestOf(others));
    }
    const beside = others.filter(() => this.random() < 0.2);
    const thief = this.thief.tryEverything();
    await Promise.all([victim, ...beside].map((sibling) => this.refresh(sibling)));
    await thief;
  }

  private async refresh(sibling: Sibling): Promise<void> {
    const age = Math.min(this.ageOf(sibling), this.gaps.length - 1);
    const refreshed = await sibling.refresh();
    this.refreshes += 1;
    this.gaps[age] = (this.gaps[age] ?? 0) + 1;
    if (refreshed.status !== 200 || refreshed.pair === undefined) {
      this.lost.push(refreshed);
      return;
    }
    this.thief.copy(refreshed.pair, refreshed);
    sibling.generation = Number(decodeJwt(refreshed.pair.refresh_token)['gen']);
    this.newest = Math.max(this.newest, sibling.generation);
  }

  private ageOf({ generation }: Sibling): number {
    return this.newest - generation;
  }

  private youngestOf(siblings: readonly Sibling[]): Sibling {
    return siblings.reduce((one, other) => (other.generation > one.generation ? other : one));
  }

  private pick(siblings: readonly Sibling[]): Sibling {
    const picked = siblings[Math.floor(this.random() * siblings.length)];
    if (picked === undefined) throw new Error('There is nobody to pick from');
    return picked;
  }
}
