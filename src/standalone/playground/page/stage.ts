import { byId } from './dom.js';
import { exampleRelay } from './example-relay.js';
import { drawRelay } from './relay-view.js';
import { NO_RELAY, type Relay, handOn, liveLeg } from './relay.js';
import { spoken } from './time.js';
import type { Token, TokenPair } from './tokens.js';

/** What happens to the relay. */
type Turn = (relay: Relay, nowMs: number) => Relay;

/** Shows the relay as it stands, once a second and whenever it changes. */
export interface Stage {
  /** The tokens that this device has; null when there are none. */
  readonly pair: TokenPair | null;
  readonly relay: Relay;
  /** How long a spent token may still come back. */
  graceLeftMs(): number;
  readonly change: (turn: Turn) => void;
  /** The same for what another tab did. */
  readonly follow: (turn: Turn) => void;
  /** Calls a listener after what this tab did to the relay. */
  onOwnChange(listener: (relay: Relay) => void): void;
  /** Looks for the tokens: the baton may have been handed on. */
  look(byAnotherTab: boolean): Promise<void>;
  draw(): void;
}

/** @param findPair looks for the tokens that this device has now */
export function createStage(findPair: () => Promise<TokenPair | null>, graceMs: number): Stage {
  const track = byId('track', SVGSVGElement);
  const summary = byId('relay-summary', HTMLElement);
  let relay = NO_RELAY;
  let pair: TokenPair | null = null;
  let tell: ((relay: Relay) => void) | undefined;

  const stage: Stage = {
    get pair() {
      return pair;
    },
    get relay() {
      return relay;
    },
    graceLeftMs() {
      const live = liveLeg(relay);
      const isHandedOn = live !== undefined && live.generation > 0;
      return isHandedOn ? Math.max(0, live.startMs + graceMs - Date.now()) : 0;
    },
    change(turn) {
      const before = relay;
      stage.follow(turn);
      if (relay !== before) tell?.(relay);
    },
    follow(turn) {
      relay = turn(relay, Date.now());
      stage.draw();
    },
    onOwnChange: (listener) => (tell = listener),
    async look(byAnotherTab) {
      pair = await findPair();
      const tokens = pair;
      const turn = byAnotherTab ? stage.follow : stage.change;
      turn((now, nowMs) => (tokens ? handOn(now, tokens, nowMs, byAnotherTab) : now));
    },
    draw() {
      const nowMs = Date.now();
      drawRelay(track, relay === NO_RELAY ? exampleRelay(nowMs) : relay, nowMs);
      summary.textContent = summaryOf(relay);
      drawMeters(pair, stage.graceLeftMs(), graceMs);
    },
  };
  return stage;
}

function summaryOf(relay: Relay): string {
  const live = liveLeg(relay);
  if (relay.over) return relay.over.note;
  if (live === undefined) {
    return 'An example: generation 0 bought 1, and 1 bought 2, which holds the baton. A thief who came with 0 was caught.';
  }
  const { generation } = live;
  const spent =
    generation === 0
      ? ''
      : generation === 1
        ? ' Generation 0 is spent.'
        : ` Generations 0 to ${generation - 1} are spent.`;
  return `Generation ${generation} holds the baton.${spent}`;
}

function drawMeters(pair: TokenPair | null, graceLeftMs: number, graceMs: number): void {
  byId('meters', HTMLElement).hidden = pair === null;
  if (pair === null) return;
  drawLifetime('access', pair.access);
  if (pair.refresh) drawLifetime('refresh', pair.refresh);
  else drawMeter('refresh', 0, 'in a cookie');
  // Before the first rotation there is no spent token that could come back.
  const over = pair.access.generation === 0 ? '–' : 'over';
  const left = graceLeftMs === 0 ? over : spoken(graceLeftMs / 1000);
  drawMeter('grace', graceLeftMs / (graceMs || 1), left);
}

function drawLifetime(name: string, { issuedAt, endsAt }: Token): void {
  const left = Math.max(0, endsAt - Date.now() / 1000);
  drawMeter(name, left / (endsAt - issuedAt), left === 0 ? 'expired' : spoken(left));
}

function drawMeter(name: string, share: number, text: string): void {
  byId(`${name}-left`, HTMLElement).textContent = text;
  byId(`${name}-bar`, HTMLElement).style.setProperty('--share', `${Math.min(1, share)}`);
}
