import { type Baton, type BatonStorage, createBaton } from 'nestjs-baton-client';
import { seal, unseal } from '../ssr/seal';

/** Where the API is. */
export const API = process.env['API_URL'] ?? 'http://127.0.0.1:3000';

/** 32 bytes; whoever has them can read the cookies. */
const KEY = Buffer.from(process.env['SESSION_KEY'] ?? '', 'hex');

export const COOKIE = 'session';
const ATTRIBUTES = {
  path: '/',
  httpOnly: true,
  sameSite: 'lax',
  secure: process.env['SESSION_SECURE'] !== 'off',
} as const;
const MAX_AGE_SECONDS = 30 * 86_400;

/** One visitor's client, for one request, on the cookie of that request. */
export interface Visitor {
  readonly baton: Baton;
  /** Gives the answer the cookie, where it is another than the request had. @returns whether it is */
  keep(answer: Answer): boolean;
}

/** The part of a `NextResponse` that is used. */
interface Answer {
  readonly cookies: { set(name: string, value: string, attributes: object): unknown };
}

/** Never at a module's scope: there it would be every visitor's. */
export function visitorOf(cookie: string | undefined): Visitor {
  const before = opened(cookie);
  let value = before;
  const storage: BatonStorage = {
    read: () => value,
    write: (next) => {
      value = next;
    },
    remove: () => {
      value = null;
    },
  };
  // Only when there is need: a page takes no cookie any more once it is being rendered.
  const baton = createBaton({ baseUrl: API, storage, refreshAheadMs: 0, wakeOn: () => () => {} });
  return {
    baton,
    keep({ cookies }) {
      if (value === before) return false;
      const maxAge = value === null ? 0 : MAX_AGE_SECONDS;
      cookies.set(COOKIE, value === null ? '' : seal(value, KEY), { ...ATTRIBUTES, maxAge });
      return true;
    },
  };
}

/** Whatever cannot be opened is as good as none: somebody made it up, or the key has changed. */
function opened(sealed: string | undefined): string | null {
  try {
    return sealed ? unseal(sealed, KEY) : null;
  } catch {
    return null;
  }
}
