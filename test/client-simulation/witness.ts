import type { TokenPairBody } from '../../src/wire.js';
import type { World } from './world.js';

/** Within so long after its swap the parent of the live token is no theft. */
const GRACE_MS = 10_000;

/** What is seen of a session. */
export interface SeenSession {
  readonly user: string;
  /** The client that signed in. */
  readonly openedBy: string;
  /** What the contract names as the end of it. */
  endedBecause?: string;
  /** Whether somebody signed out of it, or in over it. */
  isLeft: boolean;
  /** Whether the server refused another session's cookie in its name. */
  isMismatched: boolean;
  /** Whether the browser took an older token of it than it had: late answers come in any order. */
  hasOlderCookie: boolean;
  /** Of each client. */
  readonly refreshesAtMs: Map<string, number[]>;
  /** When each generation was issued, by its number. */
  readonly issuedAtMs: number[];
}

/** A message as the witness reads it. */
export interface Testimony {
  readonly client: string;
  readonly server: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
  readonly sentAtMs: number;
}

/** Reads every message that arrives, and its answer, and says what should not have been. */
export class Witness {
  readonly sessions = new Map<string, SeenSession>();
  /** Which server issued a token. */
  private readonly issuers = new Map<string, string>();

  constructor(private readonly world: World) {}

  sawRequest(message: Testimony): void {
    const { client, server, path, headers } = message;
    const access = headers.get('authorization')?.slice('Bearer '.length);
    const begun = headers.get('x-begun-in');
    if (access) this.expectOwn(server, access);
    if (access && begun && claimsOf(access).sid !== begun) {
      this.world.violate(`a request begun in ${begun} was sent in ${claimsOf(access).sid}`);
    }
    const token = refreshTokenIn(message);
    if (!token) return;
    this.expectOwn(server, token);
    const session = this.sessions.get(claimsOf(token).sid);
    // The cookie gives way to another session's, and this one ends.
    if (session && path.endsWith('/login')) session.endedBecause ??= 'replaced';
    if (!path.endsWith('/refresh')) return;
    // The browser may have a cookie of another session than the one that the client refreshes.
    const refreshed = this.sessions.get(headers.get('x-auth-session') ?? '') ?? session;
    const refreshes = refreshed?.refreshesAtMs.get(client) ?? [];
    refreshed?.refreshesAtMs.set(client, [...refreshes, this.world.nowMs]);
  }

  async sawAnswer(message: Testimony, response: Response): Promise<void> {
    const { path, server, body, headers } = message;
    const text = await response.clone().text();
    const answer: Partial<TokenPairBody> = JSON.parse(text || '{}');
    const token = refreshTokenIn(message);
    const presented = this.sessions.get(token ? claimsOf(token).sid : '');
    if (path.endsWith('/logout') && response.status === 204 && presented) {
      presented.endedBecause ??= 'logout';
    }
    const isReuse = response.headers.get('x-auth-error') === 'token_reused';
    if (isReuse && token && presented && this.isLate(presented, token, message.sentAtMs)) {
      presented.endedBecause ??= 'a message that came late';
    }
    if (response.status === 409) {
      const meant = this.sessions.get(headers.get('x-auth-session') ?? '');
      if (meant) meant.isMismatched = true;
    }
    const { access_token: accessToken, session_id: sessionId } = answer;
    const issued = answer.refresh_token ?? tokenInCookie(response.headers.getSetCookie()[0]);
    if (!accessToken || !sessionId || !issued) return;
    if (path.endsWith('/login')) this.open(sessionId, String(body['username']), message.client);
    this.issuers.set(accessToken, server).set(issued, server);
    const { sid, gen } = claimsOf(issued);
    const issuedAtMs = this.sessions.get(sid)?.issuedAtMs;
    if (issuedAtMs) issuedAtMs[gen] ??= this.world.nowMs;
  }

  sawCookie(answer: Response): void {
    const token = tokenInCookie(answer.headers.getSetCookie()[0]);
    const { sid, gen } = claimsOf(token ?? '');
    const session = this.sessions.get(sid);
    if (session && gen + 1 < session.issuedAtMs.length) session.hasOlderCookie = true;
  }

  private open(sessionId: string, user: string, openedBy: string): void {
    this.sessions.set(sessionId, {
      user,
      openedBy,
      isLeft: false,
      isMismatched: false,
      hasOlderCookie: false,
      refreshesAtMs: new Map(),
      issuedAtMs: [],
    });
  }

  /**
   * A message that was overtaken on its way, by a rotation or the end of the grace period, is a theft by the contract
   * and nobody's fault.
   */
  private isLate({ issuedAtMs }: SeenSession, token: string, sentAtMs: number): boolean {
    const newer = issuedAtMs.slice(claimsOf(token).gen + 1);
    const isOnTheWay = (atMs: number) => sentAtMs <= atMs && atMs <= this.world.nowMs;
    return newer.some(isOnTheWay) || newer.some((atMs) => isOnTheWay(atMs + GRACE_MS));
  }

  private expectOwn(server: string, token: string): void {
    const issuer = this.issuers.get(token);
    if (issuer !== server) this.world.violate(`a token of ${issuer} was sent to ${server}`);
  }
}

/** In the body or, where that is asked for, in the cookie. */
function refreshTokenIn({ body, headers }: Testimony): string | undefined {
  const token = body['refresh_token'];
  if (typeof token === 'string') return token;
  return headers.get('x-auth-transport') === 'cookie'
    ? tokenInCookie(headers.get('cookie') ?? undefined)
    : undefined;
}

function tokenInCookie(cookie: string | undefined): string | undefined {
  return cookie?.split(';', 1)[0]?.split('=')[1];
}

function claimsOf(token: string): { readonly sid: string; readonly gen: number } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString() || '{}');
}
