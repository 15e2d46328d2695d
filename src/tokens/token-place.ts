/** Where a token stands: whose it is, of which session, and which generation of it. Both tokens of a pair share it. */
export interface TokenPlace {
  readonly userId: string;
  readonly sessionId: string;
  /** Of the refresh token, or of the one that an access token is issued with. */
  readonly generation: number;
  /** The session's absolute end, Unix seconds: neither token reaches past it. */
  readonly sessionEndsAtSeconds: number;
  /** The thumbprint of the key that the session is bound to (RFC 7638); null for a bearer's. */
  readonly jkt: string | null;
}
