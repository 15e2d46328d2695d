import { type BatonStorage, createBaton } from 'nestjs-baton/client';
import { cookieStorage } from 'nestjs-baton/client/storage/cookie';
import { memoryStorage } from 'nestjs-baton/client/storage/memory';
import { webStorage } from 'nestjs-baton/client/storage/web';
import type { MeBody, SessionBody, SessionsBody } from '../../../wire.js';
import { type Cast, rehearse, showThief } from './acts.js';
import { byId } from './dom.js';
import { createEntrance } from './entrance.js';
import { createLog } from './log.js';
import { createNetwork } from './network.js';
import { end, repeat, withdraw } from './relay.js';
import { ending, isHandedOnInCookie, sentenceOf } from './sentences.js';
import { showSessions } from './sessions-view.js';
import { readSettings } from './settings.js';
import { createStage } from './stage.js';
import { createStory } from './story.js';
import { createThief } from './thief.js';
import { type TokenPair, read, tokensIn } from './tokens.js';
import { chosenTransport, offerTransports } from './transport.js';

const TICK_MS = 1_000;
const POLL_MS = 5_000;

const { routePrefix, graceMs, registration, cookies } = readSettings();
const baseUrl = location.origin;
const log = createLog(byId('log', HTMLOListElement));

const transport = chosenTransport(cookies);
const isCookie = transport === 'cookie';
const key = 'baton-playground';
const shelf = isCookie ? cookieStorage({ key: `${key}-cookie` }) : webStorage({ key });
const stage = createStage(findPair, graceMs);
const story = createStory(log, stage);
/** The page looks on whenever the client writes tokens. */
const storage: BatonStorage = isCookie
  ? shelf
  : {
      ...shelf,
      async write(value) {
        await shelf.write(value);
        await stage.look(false);
      },
    };
if (!isCookie) shelf.watch?.(() => void stage.look(true));

const network = createNetwork((exchange) => {
  const from = read(exchange.presented).generation;
  const to = read(exchange.successor).generation;
  const sentence = sentenceOf(exchange, from, to);
  if (sentence) story.tell(sentence.tone, sentence.text);
  if (exchange.kind === 'same') stage.change((relay) => repeat(relay, from));
  if (exchange.kind === 'another') stage.change((relay, nowMs) => withdraw(relay, to - 1, nowMs));
});

const baton = createBaton({ baseUrl, routePrefix, storage, fetch: network.fetch });
const thief = createThief(`${baseUrl}${routePrefix}/token/refresh`, stage, story);
const entrance = createEntrance(baton, registration);
const cast: Cast = { baton, storage, routePrefix, network, stage, thief, graceMs, story, check };
rehearse(cast);
offerTransports(cookies, transport);

/** Of tokens in a cookie the client has the one for access, in memory. */
async function findPair(): Promise<TokenPair | null> {
  if (!isCookie) return tokensIn((await shelf.read()) ?? '');
  const token = await baton.getAccessToken().catch(() => null);
  return token === null ? null : { access: read(token), refresh: null };
}

/** Asks for the sessions: the first use of an access token also confirms its generation. */
async function check(): Promise<void> {
  const response = await baton.fetch(`${routePrefix}/sessions`).catch(() => null);
  if (response?.ok !== true) return;
  const { sessions }: SessionsBody = await response.json();
  byId('no-sessions', HTMLElement).hidden = sessions.length > 0;
  showSessions(byId('sessions', HTMLUListElement), sessions, (session) => void endSession(session));
}

async function endSession({ id, current, device_name }: SessionBody): Promise<void> {
  const response = await baton.fetch(`${routePrefix}/sessions/${id}`, { method: 'DELETE' });
  if (response.ok && !current)
    story.tell('calm', `You ended ${device_name}. Its next request will be refused.`);
  await check();
}

async function signInElsewhere(): Promise<void> {
  const { credentials } = entrance;
  if (credentials === null) return;
  const second = createBaton({ baseUrl, routePrefix, storage: memoryStorage() });
  await second.signIn({ ...credentials, device_name: 'Second device' });
  await second.dispose();
  story.tell('calm', 'A second device signed in. It runs a relay of its own, with its own baton.');
  await check();
}

/** The stage is set for whoever is signed in, or for nobody. */
async function setStage(isSignedIn: boolean): Promise<void> {
  byId('acts', HTMLFieldSetElement).disabled = !isSignedIn;
  byId('who', HTMLElement).hidden = !isSignedIn;
  entrance.show(isSignedIn);
  byId('second-device', HTMLButtonElement).hidden = entrance.credentials === null;
  await stage.look(false);
  if (!isSignedIn) return showNoSessions();
  await check();
  const me = await baton.fetch(`${routePrefix}/me`).catch(() => null);
  const { username }: Partial<MeBody> = Object(await me?.json());
  byId('user', HTMLElement).textContent = username ?? 'somebody';
}

function showNoSessions(): void {
  showSessions(byId('sessions', HTMLUListElement), [], () => {});
  byId('no-sessions', HTMLElement).hidden = false;
}

baton.subscribe(({ status }) => {
  if (status !== 'unknown') void setStage(status === 'signedIn');
});
baton.on('signedIn', () => {
  thief.leave();
  showThief(thief);
  log.add(
    'good',
    'You are signed in. The first baton is generation 0; the client keeps it and will hand it on.',
  );
});
baton.on('signedOut', async ({ reason, detail }) => {
  const { tone, text } = ending(reason, detail);
  log.add(tone, text);
  stage.change((relay) => end(relay, Date.now(), text));
  await thief.tryInVain();
  showThief(thief);
});
baton.on('refreshed', async () => {
  if (!isCookie) return;
  await stage.look(false);
  if (stage.pair) story.tell('good', isHandedOnInCookie(stage.pair.access.generation));
});
baton.on('storageFailed', () =>
  log.add('warning', 'The tokens cannot be written; they live on in memory.'),
);
addEventListener('offline', () =>
  log.add('warning', 'You are offline. Nobody is signed out for that.'),
);
addEventListener('online', () => log.add('calm', 'You are online again.'));

byId('sign-out', HTMLButtonElement).addEventListener('click', () => void baton.signOut());
byId('second-device', HTMLButtonElement).addEventListener('click', () => void signInElsewhere());

/** Near its end the access token is replaced, which needs somebody to ask for it. */
function tick(): void {
  stage.draw();
  if (baton.getState().status === 'signedIn') baton.getAccessToken().catch(() => {});
}

setInterval(tick, TICK_MS);
setInterval(() => baton.getState().status === 'signedIn' && void check(), POLL_MS);
stage.draw();
