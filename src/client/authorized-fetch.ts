import { BatonError } from './errors.js';
import type { Refresher } from './refresher.js';
import { refusesToken } from './refused-token.js';
import type { ReplayableRequest } from './replayable-request.js';
import { unlessAborted } from './retry.js';
import { isAlive } from './session.js';

/** A token of a short life may end on its way, but hardly this often in a row. */
const MOST_REPLAYS = 3;

/** Sends a request with the access token; when that is refused, once more with a new one. */
export async function authorizedFetch(
  { request, copy, isRepeatable }: ReplayableRequest,
  refresher: Refresher,
  fetch: typeof globalThis.fetch,
): Promise<Response> {
  const { signal } = request;
  // The caller may give up waiting; a refresh goes on for the others.
  let session = await unlessAborted(signal, refresher.session());
  for (let replays = 0; ; replays += 1) {
    const attempt = await copy();
    if (session) attempt.headers.set('authorization', `Bearer ${session.access_token}`);
    const response = await fetch(attempt);
    if (!session || !(await refusesToken(response))) return response;
    if (replays && (replays === MOST_REPLAYS || isAlive(session))) {
      refresher.distrust(session);
      return response;
    }
    const next = await unlessAborted(signal, refresher.session(session.access_token));
    // Nobody's request is sent on in the name of somebody else who has signed in meanwhile.
    if (next?.session_id !== session.session_id || next === session) return response;
    if (!isRepeatable) throw new BatonError('not_replayable');
    await response.body?.cancel();
    session = next;
  }
}
