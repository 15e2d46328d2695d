import type { ActivityBody, ErrorBody, SessionBody, SessionsBody } from '../wire.js';
import type { Baton } from './baton.js';
import type { ServerCode } from './errors.js';
import { markOf } from './server-answer.js';

/** What changes a password. */
export interface PasswordChange {
  readonly current_password: string;
  readonly new_password: string;
}

/** A refusal of the server. The message is its sentence. */
export class AccountError extends Error {
  override readonly name = 'AccountError';

  constructor(
    readonly status: number,
    /** The server's own code, such as `invalid_credentials`; null where somebody else has answered. */
    readonly serverCode: ServerCode | null,
    message?: string,
  ) {
    super(message ?? serverCode ?? `Answered with ${status}`);
  }
}

/** What somebody who is signed in may see and do of their account. */
export interface Account {
  /** All live sessions of the user, page by page. @throws AccountError, and what `baton.fetch` throws; so do the others */
  readonly sessions: () => Promise<readonly SessionBody[]>;
  /** A page of them, the most recently used first: the next one by the `next_cursor` of the one before. */
  readonly sessionPage: (page?: WhichPage) => Promise<SessionsBody>;
  /** A page of what happened to the account, the latest first. Only where the server keeps events (`audit`), else 404. */
  readonly activityPage: (page?: WhichPage) => Promise<ActivityBody>;
  /** Ends one of them. The client learns that it was its own as it does of every end: from the server. */
  readonly endSession: (id: string) => Promise<void>;
  /** Ends all other sessions. Standalone server only, or where a host has such a route. */
  readonly changePassword: (change: PasswordChange) => Promise<void>;
}

/** Which page of a list. */
export interface WhichPage {
  /** How many at most, 1 to 100. @default 100 */
  readonly limit?: number | undefined;
  /** @default the first page */
  readonly cursor?: string | undefined;
}

/** Where the routes are, under the client's `baseUrl`. */
export interface AccountRoutes {
  /** @default '/auth/sessions' */
  readonly sessions?: string | undefined;
  /** @default '/auth/activity' */
  readonly activity?: string | undefined;
  /** @default '/users/me/password' */
  readonly password?: string | undefined;
}

export function accountOf(
  baton: Baton,
  {
    sessions = '/auth/sessions',
    activity = '/auth/activity',
    password = '/users/me/password',
  }: AccountRoutes = {},
): Account {
  const ask = async (path: string, init?: RequestInit): Promise<Response> => {
    const response = await baton.fetch(path, init);
    if (response.ok) return response;
    const body: Partial<ErrorBody> = Object(await response.json().catch(() => null));
    const { status, headers } = response;
    throw new AccountError(
      status,
      markOf({ status, headers, body }) ?? null,
      body.error_description,
    );
  };
  const pagesOf =
    <Page>(path: string) =>
    async ({ limit = 100, cursor }: WhichPage = {}): Promise<Page> => {
      const from = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      return Object(await (await ask(`${path}?limit=${limit}${from}`)).json());
    };
  const sessionPage = pagesOf<SessionsBody>(sessions);
  return {
    sessionPage,
    activityPage: pagesOf<ActivityBody>(activity),
    async sessions() {
      const all: SessionBody[] = [];
      let cursor: string | undefined;
      do {
        const page = await sessionPage({ cursor });
        all.push(...page.sessions);
        cursor = page.next_cursor;
      } while (cursor !== undefined);
      return all;
    },
    async endSession(id) {
      await ask(`${sessions}/${encodeURIComponent(id)}`, { method: 'DELETE' });
    },
    async changePassword(change) {
      const headers = { 'content-type': 'application/json' };
      await ask(password, { method: 'POST', headers, body: JSON.stringify(change) });
    },
  };
}
