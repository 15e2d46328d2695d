import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { parseCookie, stringifySetCookie } from 'cookie';
import { type Baton, type BatonStorage, createBaton } from 'nestjs-baton/client';
import { seal, unseal } from './seal.js';

const COOKIE = 'session';
const MAX_AGE_SECONDS = 30 * 86_400;

/** What the server that renders is told. */
export interface SsrOptions {
  /** Where the API is. */
  readonly apiUrl: string;
  /** 32 bytes; whoever has them can read the cookies. */
  readonly key: Uint8Array;
  readonly secure: boolean;
}

/** One visitor's session, in an encrypted cookie of the page's own. */
interface CookieJar extends BatonStorage {
  /** Whether the answer carries another cookie than the request. */
  isChanged(): boolean;
}

/** Reads from the request and writes to the answer. */
function cookieOf(
  request: IncomingMessage,
  response: ServerResponse,
  { key, secure }: SsrOptions,
): CookieJar {
  let value = opened(parseCookie(request.headers.cookie ?? '')[COOKIE], key);
  const put = (next: string | null) => {
    value = next;
    const text = next === null ? '' : seal(next, key);
    const maxAge = next === null ? 0 : MAX_AGE_SECONDS;
    const attributes = { path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge } as const;
    const cookie = stringifySetCookie({ name: COOKIE, value: text, ...attributes });
    response.setHeader('Set-Cookie', cookie);
  };
  return {
    read: () => value,
    write: put,
    remove: () => put(null),
    isChanged: () => response.hasHeader('Set-Cookie'),
  };
}

/** Whatever cannot be opened is as good as none: somebody made it up, or the key has changed. */
function opened(sealed: string | undefined, key: Uint8Array): string | null {
  try {
    return sealed ? unseal(sealed, key) : null;
  } catch {
    return null;
  }
}

/** A page for each visitor, rendered with what the API says to them. */
export function createSsrServer(options: SsrOptions) {
  return createServer(async (request, response) => {
    const storage = cookieOf(request, response, options);
    const baton = createBaton({
      baseUrl: options.apiUrl,
      storage,
      // Only when there is need: nothing may be written once the answer has begun.
      refreshAheadMs: 0,
      wakeOn: () => () => {},
    });
    try {
      await answer(baton, storage, request, response);
    } catch {
      response.writeHead(503).end('Try again later');
    } finally {
      await baton.dispose();
    }
  });
}

/**
 * First stored, then used: a new cookie goes to the browser with nothing but a redirect, and only when the browser
 * comes back with it is the token used. Should that answer get lost, the old cookie is still good.
 */
async function answer(
  baton: Baton,
  storage: CookieJar,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === 'POST') await baton.signIn(await bodyOf(request));
  const token = await baton.getAccessToken();
  if (storage.isChanged()) {
    response.writeHead(303, { Location: request.url ?? '/' }).end();
    return;
  }
  const page = token === null ? '<p>Nobody is signed in</p>' : await render(baton);
  response.setHeader('Content-Type', 'text/html; charset=utf-8').end(page);
}

async function render(baton: Baton): Promise<string> {
  const response = await baton.fetch('/auth/me');
  const me: { readonly username?: string } = Object(await response.json());
  return `<p>Hello, ${me.username?.replaceAll(/[<&]/g, ' ')}</p>`;
}

async function bodyOf(request: IncomingMessage) {
  const chunks: Buffer[] = await request.toArray();
  const form = new URLSearchParams(Buffer.concat(chunks).toString());
  return { username: form.get('username') ?? '', password: form.get('password') ?? '' };
}
