import { BatonError } from './errors.js';
import type { Refresher } from './refresher.js';
import { refusesToken } from './refused-token.js';
import type { ReplayableRequest } from './replayable-request.js';
import { unlessAborted } from './retry.js';
import { type Session, isAlive } from './session.js';

/** A token of a short life may end on its way, but hardly this often in a row. */
const MOST_REPLAYS = 3;

/** Sends a request with the access token; when that is refused, once more with a new one. */
export async function authorizedFetch(
  replay: ReplayableRequest,
  refresher: Refresher,
  fetch: typeof globalThis.fetch,
): Promise<Response> {
  const { signal } = replay.request;
  // The caller may give up waiting; a refresh goes on for the others.
  let session = await unlessAborted(signal, refresher.session());
  for (let replays = 0; ; replays += 1) {
    const response = await send(replay, session, fetch);
    if (!session || !(await refusesToken(response))) return response;
    if (replays && (replays === MOST_REPLAYS || isAlive(session))) {
      refresher.distrust();
      return response;
    }
    const next = await unlessAborted(signal, refresher.session(session.access_token));
    if (!isSuccessor(next, session)) return response;
    if (!replay.isRepeatable) throw new BatonError('not_replayable');
    await response.body?.cancel();
    session = next;
  }
}

async function send(
  { copy }: ReplayableRequest,
  session: Session | null,
  fetch: typeof globalThis.fetch,
): Promise<Response> {
  const request = await copy();
  if (session) request.headers.set('authorization', `Bearer ${session.access_token}`);
  return fetch(request);
}

/** Nobody's request is sent on in the name of somebody else who has signed in meanwhile. */
function isSuccessor(next: Session | null, session: Session): boolean {
  return next?.session_id === session.session_id && next !== session;
}
