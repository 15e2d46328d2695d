/** The JSON that the server and its clients exchange. Names are those of RFC 6749 and of the contract. */

/** What login and refresh answer. */
export interface TokenPairBody {
  readonly access_token: string;
  /** `DPoP` of a session that is bound to a key: its access tokens take a proof with each request. */
  readonly token_type: 'Bearer' | 'DPoP';
  /** Whole seconds from now until the access token expires. */
  readonly expires_in: number;
  readonly refresh_token: string;
  /** Whole seconds from now until the refresh token expires. */
  readonly refresh_token_expires_in: number;
  /** Stays the same for the life of the session. */
  readonly session_id: string;
}

/** One live session of the user. Times are ISO 8601 in UTC. */
export interface SessionBody {
  readonly id: string;
  /** True for the session that the access token belongs to. */
  readonly current: boolean;
  readonly created_at: string;
  /** The last refresh; of the current session, now. */
  readonly last_used_at: string;
  /** The earlier of the idle and the absolute end; of the current session, as its access token knows it. */
  readonly expires_at: string;
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly device_name: string | null;
}

/** The answer of `GET sessions`. */
export interface SessionsBody {
  /** The most recently used first. The current one is on the first page. */
  readonly sessions: readonly SessionBody[];
  /** What asks for the next page, as `?cursor=`; missing on the last one. */
  readonly next_cursor?: string;
}

/** One event of the user's. */
export interface ActivityEventBody {
  readonly id: string;
  /** As of `AuthEvent`: `session.opened`, `session.revoked`, `token.reused`, `password.changed` … */
  readonly type: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly session_id: string | null;
  /** Whether it is about the session that the access token belongs to. */
  readonly current: boolean;
  /** Why a session was revoked; null for other events. */
  readonly reason: string | null;
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly device_name: string | null;
  /** Of a login: whether the user had logged in from that device before. Null for other events. */
  readonly known_before: boolean | null;
}

/** The answer of `GET activity`, the latest event first. */
export interface ActivityBody {
  readonly events: readonly ActivityEventBody[];
  /** For `?cursor=` of the next page; null on the last one. */
  readonly next_cursor: string | null;
}

/** A session of the user's that has ended. Times are ISO 8601 in UTC. */
export interface EndedSessionBody {
  readonly id: string;
  readonly created_at: string;
  readonly ended_at: string;
  /** Why it was revoked; `expired` where nobody did. */
  readonly reason: string;
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly device_name: string | null;
}

/** The answer of `GET sessions/ended`, the latest end first. */
export interface EndedSessionsBody {
  readonly sessions: readonly EndedSessionBody[];
}

/** The answer of `GET me`: whom the access token speaks for. */
export interface MeBody {
  readonly id: string;
  readonly username: string;
  readonly session_id: string;
}

/** Every error. */
export interface ErrorBody {
  /** The stable code. */
  readonly error: string;
  /** A sentence for people. */
  readonly error_description: string;
  /** Why the session was revoked; only with `session_revoked` on a refresh. */
  readonly reason?: string;
}
