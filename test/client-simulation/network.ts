import type { CookieJar } from './cookie-jar.js';
import type { SimulatedServer } from './server.js';
import type { Witness } from './witness.js';
import type { Life, World } from './world.js';

/** Longer than that no message is under way. */
const LONGEST_WAY_MS = 4_000;

/** What may happen to a message. `cut`: its answer's headers arrive, and not the rest. */
const FATES = ['lost', 'unanswered', 'cut', 'silent', 'late', 'doubled'] as const;

interface Message {
  readonly url: URL;
  readonly init: RequestInit;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
  readonly sentAtMs: number;
  /** Whether the page has given up, or is gone. */
  readonly isGivenUp: () => boolean;
}

/** Two servers of the real policy, and a line to them on which anything may be lost, late or doubled. */
export class Network {
  /** How often something happens to a message, from 0 to 1. */
  trouble = 0;

  constructor(
    private readonly world: World,
    private readonly server: SimulatedServer,
    private readonly jar: CookieJar,
    private readonly witness: Witness,
  ) {}

  fetchFor(life: Life): typeof globalThis.fetch {
    return (input, init = {}) => {
      const message = this.messageOf(
        life,
        new URL(input instanceof Request ? input.url : input),
        init,
      );
      return new Promise((resolve, reject) => {
        init.signal?.addEventListener('abort', () => reject(new Error('Aborted')));
        const settle = (tell: () => void) => life.deliver(tell);
        this.send(
          life,
          message,
          (response) => settle(() => resolve(response)),
          () => settle(() => reject(new TypeError('fetch failed'))),
        );
      });
    };
  }

  private messageOf(life: Life, url: URL, init: RequestInit): Message {
    const headers = new Headers(init.headers);
    const cookie = init.credentials === 'include' ? this.jar.cookieFor(url.origin) : undefined;
    if (cookie !== undefined) headers.set('cookie', cookie);
    return {
      url,
      init,
      headers,
      body: typeof init.body === 'string' ? JSON.parse(init.body) : {},
      sentAtMs: this.world.nowMs,
      isGivenUp: () => life.isDead || !!init.signal?.aborted,
    };
  }

  private send(
    life: Life,
    message: Message,
    answer: (response: Response) => void,
    fail: () => void,
  ): void {
    const { random } = this.world;
    const { url, isGivenUp } = message;
    const fate = random.chance(this.trouble) ? random.pick(FATES) : 'fine';
    const wayMs = () =>
      fate === 'late' ? random.between(500, LONGEST_WAY_MS) : random.between(1, 40);
    this.world.log(`${life.name}: ${url.origin}${url.pathname} (${fate})`);
    if (fate === 'lost') return void this.world.after(wayMs(), fail);
    let isAnswered = false;
    const arrive = async () => {
      const response = await this.world.work(() => this.serve(life, message));
      this.world.log(`    ${url.pathname} for ${life.name}: ${response.status}`);
      if (fate === 'silent') return;
      this.world.after(wayMs(), () => {
        if (isAnswered) return;
        isAnswered = true;
        if (fate === 'unanswered') return fail();
        if (this.jar.isLate || !isGivenUp()) {
          this.jar.take(url.origin, response);
          this.witness.sawCookie(response);
        }
        if (fate === 'cut') fail();
        else answer(response);
      });
    };
    this.world.after(wayMs(), () => void arrive());
    if (fate === 'doubled')
      this.world.after(random.between(1, LONGEST_WAY_MS), () => void arrive());
  }

  private async serve(life: Life, message: Message): Promise<Response> {
    const { url, init, headers, body, sentAtMs } = message;
    const { pathname: path, origin: server } = url;
    const seen = { client: life.name, server, path, headers, body, sentAtMs };
    this.witness.sawRequest(seen);
    // The password is the server's to know.
    const isLogin = path.endsWith('/login');
    const { password } = this.server;
    const sent = { ...body, ...(isLogin && { password }) };
    const response = await this.server.answer(path, {
      method: init.method,
      headers,
      ...(init.method === 'POST' && { body: JSON.stringify(sent) }),
    });
    await this.witness.sawAnswer(seen, response);
    return response;
  }
}
