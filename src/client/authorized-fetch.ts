import { BatonError, isBatonError } from './errors.js';
import { isTokenRefused } from './refused-token.js';
import type { ReplayableRequest } from './replayable-request.js';
import { unlessAborted } from './retry.js';
import { type ReadErrorCode, jsonOf, markOf } from './server-answer.js';
import type { SessionRequest } from './session-request.js';
import type { ShownState } from './session-state.js';

/** Sends a request with the access token; when that is refused, once more with a new one. */
export async function authorizedFetch(
  { send, signal, isRepeatable }: ReplayableRequest,
  request: SessionRequest,
  errorCode: ReadErrorCode,
  state: ShownState,
): Promise<Response> {
  /** A storage that cannot be read keeps no public request from being sent. */
  let unknown: unknown;
  const token = () =>
    // The caller may give up waiting; a refresh goes on for the others.
    unlessAborted(signal, request.token()).catch((error: unknown) => {
      if (!isBatonError(error, 'storage_unavailable') || state.get().sessionId) throw error;
      unknown = error;
      return null;
    });
  for (;;) {
    const response = await send(await token());
    const code = await refusalIn(response, errorCode);
    if (unknown && code) throw unknown;
    const isToBeRepeated = request.isToBeRepeated(isTokenRefused(code));
    if (!(await unlessAborted(signal, isToBeRepeated))) return response;
    if (!isRepeatable) throw new BatonError('not_replayable');
    // To its end, so that its connection is free; not every `fetch` has bodies that can be cancelled.
    response.text().catch(() => {});
  }
}

/** The code of a 401 of our server. The response stays unread. */
async function refusalIn(response: Response, errorCode: ReadErrorCode) {
  const { status, headers } = response;
  if (status !== 401) return null;
  // Only a host's own reading needs a body.
  const body = errorCode === markOf ? {} : await jsonOf(response.clone());
  return errorCode({ status, headers, body });
}
