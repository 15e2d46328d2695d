import type { Baton } from './baton.js';
import { type BatonClock, systemClock } from './clock.js';
import { isBatonError } from './errors.js';
import type { Unsubscribe } from './events.js';

/** One line of the log. It holds no token, no password and no query string. */
export type WriteLine = (line: string) => unknown;

/** Writes a line for each event of a client. */
export function logEvents(baton: Baton, write: WriteLine): Unsubscribe {
  const stops = [
    baton.on('signedIn', ({ sessionId }) => write(`signedIn ${sessionId}`)),
    baton.on('signedOut', ({ sessionId, reason, detail }) =>
      write(words('signedOut', sessionId, reason, detail)),
    ),
    baton.on('refreshed', ({ sessionId }) => write(`refreshed ${sessionId}`)),
    baton.on('refreshFailed', ({ error }) => write(words('refreshFailed', wordsOf(error)))),
    baton.on('storageFailed', ({ error }) => write(words('storageFailed', wordsOf(error)))),
  ];
  return () => stops.forEach((stop) => stop());
}

/**
 * A `fetch` that writes a line before and after each call, for `createBaton({ fetch: loggedFetch(console.debug) })`.
 *
 * @param fetch what sends @default the global fetch of the moment
 */
export function loggedFetch(
  write: WriteLine,
  fetch?: typeof globalThis.fetch,
  clock: BatonClock = systemClock,
): typeof globalThis.fetch {
  return async (input, init) => {
    const { origin, pathname } = new URL(
      typeof input === 'object' && 'url' in input ? input.url : input,
    );
    const name = `${init?.method ?? 'GET'} ${origin}${pathname}`;
    const startMs = clock.now();
    const end = (outcome: string) => write(`${name} ${outcome} ${clock.now() - startMs} ms`);
    write(name);
    try {
      const response = await (fetch ?? globalThis.fetch)(input, init);
      end(words(String(response.status), response.headers.get('x-auth-error')));
      return response;
    } catch (error) {
      end(wordsOf(error));
      throw error;
    }
  };
}

/** What an error is called. Its message is others', and may hold anything. */
function wordsOf(error: unknown): string {
  if (!isBatonError(error)) return String(Object(error).name ?? typeof error);
  const { status, serverCode } = error.details;
  return words(error.code, status, serverCode);
}

function words(...all: readonly unknown[]): string {
  return all.filter(Boolean).join(' ');
}
