/** A browser's cookies, for as many pages as share them. */
export interface CookieJar {
  readonly fetch: typeof globalThis.fetch;
  /** The `fetch` of a page whose answers come in another way. */
  readonly fetchBy: (send: typeof globalThis.fetch) => typeof globalThis.fetch;
  /** As it would be sent; empty when there is none. */
  cookie: string;
}

/** @param isLate whether the jar takes a cookie from an answer that the page has given up */
export function cookieJar({ isLate = false } = {}): CookieJar {
  const fetchBy =
    (send: typeof globalThis.fetch): typeof globalThis.fetch =>
    async (input, { signal, ...init } = {}) => {
      const headers = new Headers(init.headers);
      const isAsked = headers.get('x-auth-transport') === 'cookie';
      if (isAsked && jar.cookie) headers.set('cookie', jar.cookie);
      const response = await send(input, {
        ...init,
        headers: Object.fromEntries(headers),
        ...(!isLate && { signal }),
      });
      const [set] = response.headers.getSetCookie();
      if (isAsked && set !== undefined)
        jar.cookie = set.includes('=;') ? '' : (set.split(';', 1)[0] ?? '');
      return response;
    };
  const jar: CookieJar = { cookie: '', fetchBy, fetch: fetchBy((...sent) => fetch(...sent)) };
  return jar;
}
