/** What one refresh asked, and what the server answered. */
export interface Exchange {
  readonly presented: string;
  /** Empty when the server refused. */
  readonly successor: string;
  readonly kind: 'rotated' | 'same' | 'another' | 'refused';
  /** Whether the answer was lost on its way back. */
  readonly lost: boolean;
}

/** The page's line to the server: `fetch`, on which answers can be made to get lost. */
export interface Network {
  readonly fetch: typeof globalThis.fetch;
  /** Loses the answer to the next refresh, after the server has given it. In a tunnel nothing follows it. */
  loseNextAnswer(inTunnel: boolean): void;
  leaveTunnel(): void;
  /** Holds refreshes back until there are so many, then sends them at the same moment. */
  gather(count: number): void;
}

/** How long a gathered refresh waits for the others. */
const GATHER_MS = 2_000;

/** @param onExchange is told of every refresh that reached the server */
export function createNetwork(onExchange: (exchange: Exchange) => void): Network {
  const gate = createGate();
  const successors = new Map<string, string>();
  let loses: 'nothing' | 'one' | 'all from now on' = 'nothing';
  let inTunnel = false;

  const refresh = async (request: Request): Promise<Response> => {
    const presented = wordIn(await request.clone().text(), 'refresh_token');
    await gate.pass();
    const response = await fetch(request);
    const successor = wordIn(await response.clone().text(), 'refresh_token');
    const lost = loses !== 'nothing' && successor !== '';
    const kind = kindOf(successors.get(presented), successor);
    if (successor !== '') successors.set(presented, successor);
    onExchange({ presented, successor, kind, lost });
    if (!lost) return response;
    inTunnel = loses === 'all from now on';
    loses = 'nothing';
    throw new TypeError('The answer was lost');
  };

  return {
    fetch: async (input, init) => {
      if (inTunnel) throw new TypeError('No connection');
      const request = new Request(input, init);
      return new URL(request.url).pathname.endsWith('/token/refresh')
        ? refresh(request)
        : fetch(request);
    },
    loseNextAnswer: (tunnel) => (loses = tunnel ? 'all from now on' : 'one'),
    leaveTunnel: () => (inTunnel = false),
    gather: (count) => gate.gather(count),
  };
}

function kindOf(before: string | undefined, successor: string): Exchange['kind'] {
  if (successor === '') return 'refused';
  if (before === undefined) return 'rotated';
  return before === successor ? 'same' : 'another';
}

/** A gate that opens when enough have come, or when those who came have waited long enough. */
function createGate() {
  let missing = 0;
  let open: (() => void) | undefined;
  let opened = Promise.resolve();
  return {
    gather(count: number): void {
      missing = count;
      opened = new Promise((resolve) => {
        open = resolve;
        setTimeout(resolve, GATHER_MS);
      });
    },
    pass(): Promise<void> {
      missing -= 1;
      if (missing <= 0) open?.();
      return opened;
    },
  };
}

/** A text of a JSON object; empty when there is none. */
function wordIn(json: string, name: string): string {
  try {
    const word: unknown = Object(JSON.parse(json))[name];
    return typeof word === 'string' ? word : '';
  } catch {
    return '';
  }
}
