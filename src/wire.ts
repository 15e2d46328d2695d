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
  readonly sessions: readonly SessionBody[];
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
