import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { Baton } from './baton.js';
import type { BatonState } from './events.js';

/** On a server nobody is known yet; the first rendering in the browser says the same. */
const UNKNOWN: BatonState<never> = { status: 'unknown', sessionId: null };

/** Who is signed in; the component is rendered anew when that changes. */
export function useBaton<User>(baton: Baton<User>): BatonState<User> {
  return useSyncExternalStore(baton.subscribe, baton.getState, () => UNKNOWN);
}

/** What has become of a request: `data`, an `error`, or neither yet. */
export interface Fetched<Data> {
  readonly data?: Data;
  readonly error?: unknown;
}

/**
 * The answer of `GET path` for whoever is signed in; asked for anew when that is somebody else.
 *
 * @param read makes data of the response; the latest that was given is called, and a new one asks for nothing
 */
export function useAuthorizedFetch<Data>(
  baton: Baton,
  path: string,
  read: (response: Response) => Promise<Data>,
): Fetched<Data> {
  const { sessionId } = useBaton(baton);
  const latestRead = useRef(read);
  useEffect(() => {
    latestRead.current = read;
  });
  const wanted = `${sessionId} ${path}`;
  const [fetched, setFetched] = useState<Fetched<Data> & { readonly of?: string }>({});
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const show = (next: Fetched<Data>) => !signal.aborted && setFetched({ ...next, of: wanted });
    if (sessionId) {
      const answer = baton.fetch(path, { signal }).then((response) => latestRead.current(response));
      answer.then((data) => show({ data })).catch((error: unknown) => show({ error }));
    }
    return () => controller.abort();
  }, [baton, path, sessionId, wanted]);
  // What somebody else was shown is gone at once, not after one more rendering.
  const { data, error, of } = fetched;
  return of === wanted ? { data, error } : {};
}
