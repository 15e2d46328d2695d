import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, type Headings, PASSWORD, bearer, call } from '../standalone/vocabulary.js';
import type { Fleet } from './fleet.js';
import type { Ledger } from './ledger.js';

/** No answer may take longer; a client then gives up, and that is a foul. */
export const LONGEST_ANSWER_MS = 20_000;
const BEFORE_REPEAT_MS = 100;
/** Between two things that a client does, at most. */
const LONGEST_PAUSE_MS = 200;
/** A tab that finds the other one still refreshing asks at once, or when that has had no answer for so long. */
const PATIENCE_MS = [0, 3_300] as const;

export type Pair = Readonly<Record<string, unknown>>;

/** A session that its holder has ended, and the instance that said so. */
export interface EndedSession {
  readonly pair: Pair;
  readonly instance: number;
}

/** What is asked; a POST where there is something to send. */
export interface Question {
  readonly path: string;
  readonly json?: object;
  readonly headers?: Headings;
}

/**
 * One user with one session, who follows the protocol: what was answered with a 503, or not at all, is asked again,
 * and a pair that was answered is stored and used. What must not happen is a foul, and ends the client.
 */
export class Client {
  pair: Pair = {};
  readonly ended: EndedSession[] = [];
  /** When it last got the successor of a token that it presented. */
  servedAtMs = 0;

  constructor(
    readonly username: string,
    private readonly fleet: Fleet,
    private readonly ledger: Ledger,
  ) {}

  async signUp(): Promise<void> {
    await this.until(201, { path: '/users', json: this.credentials });
    await this.logIn();
  }

  async logIn(): Promise<void> {
    this.pair = (await this.until(200, { path: '/auth/login', json: this.credentials })).body;
  }

  /** Does whatever clients do, until told to leave off. */
  async live(mayGoOn: () => boolean): Promise<void> {
    while (mayGoOn()) {
      await this.deed();
      await this.use();
      await sleep(Math.random() * LONGEST_PAUSE_MS);
    }
  }

  async refresh(): Promise<void> {
    this.pair = await this.present(this.pair);
  }

  /** Uses the access token, which confirms that the pair has arrived. */
  async use(): Promise<void> {
    await this.until(200, { path: '/auth/me', headers: bearer(this.pair['access_token']) });
  }

  /** Presents the refresh token of a pair until it is answered. @returns the successor */
  async present(pair: Pair): Promise<Pair> {
    const { body } = await this.until(200, refreshing(pair));
    this.servedAtMs = performance.now();
    return body;
  }

  /** Asks one instance until it can say more than that it cannot. */
  async insist(instance: number, question: Question): Promise<Answer> {
    for (;;) {
      const answer = await this.ask(instance, question);
      if (answer !== null && answer.status !== 503) return answer;
      await this.waitAfter(answer);
    }
  }

  /** @returns null where there was no answer: nobody knows what became of the question */
  async ask(instance: number, { path, json, headers }: Question): Promise<Answer | null> {
    const method = json === undefined ? 'GET' : 'POST';
    const askedAtMs = performance.now();
    const patience = AbortSignal.timeout(LONGEST_ANSWER_MS);
    try {
      return await call(method, this.fleet.url(instance) + path, json, headers, patience);
    } catch {
      if (patience.aborted) throw this.ledger.foul(`${path} was never answered`);
      return null;
    } finally {
      this.ledger.noteWait(performance.now() - askedAtMs);
    }
  }

  private get credentials() {
    return { username: this.username, password: PASSWORD };
  }

  private async deed(): Promise<void> {
    const chance = Math.random();
    if (chance < 0.03) await this.leaveAndReturn();
    else if (chance < 0.2)
      await this.present(this.pair); // The answer is lost on its way.
    else if (chance < 0.5) await this.refreshInTwoTabs();
    else await this.refresh();
  }

  private async leaveAndReturn(): Promise<void> {
    const { pair } = this;
    const json = { refresh_token: pair['refresh_token'] };
    const { instance } = await this.until(204, { path: '/auth/logout', json });
    this.ended.push({ pair, instance });
    await this.logIn();
  }

  /** Two tabs share a storage. */
  private async refreshInTwoTabs(): Promise<void> {
    await this.refresh();
    const presented = this.pair;
    const tab = async () => {
      while (this.pair === presented) {
        const answer = await this.tryOnce(200, refreshing(presented));
        if (answer !== null) this.store(presented, answer.body);
      }
    };
    const first = tab();
    await Promise.race([first, sleep(PATIENCE_MS[Math.random() < 0.5 ? 0 : 1])]);
    await Promise.all([first, tab()]);
  }

  private store(presented: Pair, successor: Pair): void {
    const isFirst = this.pair === presented;
    if (!isFirst && this.pair['refresh_token'] !== successor['refresh_token']) {
      throw this.ledger.foul(`Two tabs of ${this.username} got two successors of one token`);
    }
    this.pair = successor;
    this.servedAtMs = performance.now();
  }

  private async until(status: number, question: Question) {
    for (;;) {
      const answer = await this.tryOnce(status, question);
      if (answer !== null) return answer;
    }
  }

  /** Asks whichever instance is there. @returns null, after a moment, where it has to be asked again */
  private async tryOnce(
    status: number,
    question: Question,
  ): Promise<(Answer & { readonly instance: number }) | null> {
    const instance = this.fleet.any();
    const answer = await this.ask(instance, question);
    if (answer?.status === status) return { ...answer, instance };
    if (answer !== null && answer.status !== 503) {
      const said = `${answer.status} ${answer.text}`;
      throw this.ledger.foul(`${this.username}: ${question.path} of instance ${instance}: ${said}`);
    }
    await this.waitAfter(answer);
    return null;
  }

  private async waitAfter(refusal: Answer | null): Promise<void> {
    this.ledger.noteRefusal(refusal);
    await sleep(BEFORE_REPEAT_MS);
  }
}

export const refreshing = ({ refresh_token }: Pair): Question => ({
  path: '/auth/token/refresh',
  json: { refresh_token },
});
