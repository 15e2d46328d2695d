import { type Baton, type BatonStorage, createBaton } from 'nestjs-baton/client';
import { byId } from './dom.js';
import type { Network } from './network.js';
import type { Stage } from './stage.js';
import type { Story } from './story.js';
import type { Thief } from './thief.js';
import { spoken } from './time.js';

/** What the acts need. */
export interface Cast {
  readonly baton: Baton;
  readonly storage: BatonStorage;
  readonly routePrefix: string;
  readonly network: Network;
  readonly stage: Stage;
  readonly thief: Thief;
  readonly graceMs: number;
  readonly story: Story;
  /** Uses the access token, which confirms it, and shows the sessions. */
  readonly check: () => Promise<void>;
}

/** The grace period is over on the server, too, whose clock started a little later. */
const MARGIN_MS = 600;
/** How long the client leaves a server alone after a failure, at most. */
const COOLDOWN_MS = 1_500;

/** Where the picture does not stay in sight of the buttons; `relay.css` has the same numbers. */
const PHONE = '(width < 60rem) and (height < 42rem)';

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Waits, and says beside the buttons how long still. */
async function countDown(ms: number, what: string): Promise<void> {
  const place = byId('countdown', HTMLElement);
  const endMs = Date.now() + ms;
  for (let left = ms; left > 0; left = endMs - Date.now()) {
    place.textContent = `${what} ${spoken(left / 1000)}`;
    await sleep(Math.min(1_000, left));
  }
  place.textContent = '';
}

/** Asks for another access token than the one there is: that is a refresh. */
async function renew({ baton }: Cast): Promise<void> {
  const token = await baton.getAccessToken();
  if (token !== null) await baton.getAccessToken(token);
}

async function refreshNow(cast: Cast): Promise<void> {
  await renew(cast);
  await cast.check();
}

/** Skipped, the client's own repeat comes at once; waited out, it is in a tunnel until then. */
async function loseAnswer(cast: Cast): Promise<void> {
  const isLong = byId('wait', HTMLInputElement).checked;
  cast.network.loseNextAnswer(isLong);
  if (!isLong) return refreshNow(cast);
  await renew(cast).catch(() => {});
  const ms = Math.max(cast.graceMs + MARGIN_MS, COOLDOWN_MS);
  cast.story.tell(
    'calm',
    `The client is in a tunnel for ${spoken(ms / 1000)}, until the grace period is over.`,
  );
  await countDown(ms, 'Out of the tunnel in');
  cast.network.leaveTunnel();
  return refreshNow(cast);
}

/** The second tab has the same storage and, for once, does not wait for the lock. */
async function raceTabs(cast: Cast): Promise<void> {
  const { baton, storage, routePrefix, network } = cast;
  const token = (await baton.getAccessToken()) ?? undefined;
  const secondTab = createBaton({
    baseUrl: location.origin,
    routePrefix,
    storage: { ...storage, lock: undefined, watch: undefined },
    fetch: network.fetch,
    wakeOn: () => () => {},
  });
  cast.story.tell(
    'calm',
    `Two tabs present generation ${cast.stage.pair?.access.generation} at the same moment.`,
  );
  network.gather(2);
  await Promise.all([baton.getAccessToken(token), secondTab.getAccessToken(token)]);
  await secondTab.dispose();
  await cast.check();
}

async function sendThief(cast: Cast): Promise<void> {
  const { thief, stage, story, check } = cast;
  if (!thief.hasCopy) return thief.copy();
  const ms = byId('wait', HTMLInputElement).checked ? stage.graceLeftMs() : 0;
  if (ms > 0) {
    story.tell(
      'calm',
      `The thief waits ${spoken((ms + MARGIN_MS) / 1000)}, until the grace period is over.`,
    );
    await countDown(ms + MARGIN_MS, 'The thief comes in');
  }
  if (await thief.use()) await check();
}

type Act = (cast: Cast) => Promise<void>;

/** Makes the buttons work, one at a time; of those pressed meanwhile the last one comes next. */
export function rehearse(cast: Cast): void {
  const acts = byId('acts', HTMLFieldSetElement);
  let next: Act | undefined;
  const perform = async () => {
    acts.ariaBusy = 'true';
    for (let act = next; act; act = next) {
      next = undefined;
      await act(cast).catch(() =>
        cast.story.tell('warning', 'No new token for now. You are still signed in; try again.'),
      );
      showThief(cast.thief);
    }
    acts.ariaBusy = 'false';
  };
  const on = (id: string, act: Act) =>
    byId(id, HTMLButtonElement).addEventListener('click', () => {
      if (matchMedia(PHONE).matches) byId('track', SVGSVGElement).scrollIntoView();
      next = act;
      if (acts.ariaBusy !== 'true') void perform();
    });
  on('refresh', refreshNow);
  on('lose', loseAnswer);
  on('race', raceTabs);
  on('thief', sendThief);
}

/** What the thief's button does next. */
export function showThief({ hasCopy }: Thief): void {
  const label = hasCopy ? 'Let the thief use his copy' : 'Let a thief copy the token';
  byId('thief', HTMLButtonElement).textContent = label;
}
