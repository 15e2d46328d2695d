import type { PresentedRefreshToken } from '../tokens/refresh-token-codec.js';

/** The key of whoever asks, where its possession was proved. */
export interface HolderOptions {
  /** Its thumbprint, from `ProofOfPossession`; null where none was proved. @default null */
  readonly jkt?: string | null | undefined;
}

/** What a session may be opened with. */
export interface OpenOptions extends HolderOptions {
  /**
   * A genuine refresh token of the session that ends when this one opens: the browser's of before, from
   * `AuthResponder.open`. @default null
   */
  readonly replaces?: PresentedRefreshToken | null | undefined;
}

/** What a refresh may carry besides its token. */
export interface RefreshOptions extends HolderOptions {
  /** Binds repeats of this refresh to whoever knows the key; `null` binds them to nothing. @default null */
  readonly idempotencyKey?: string | null | undefined;
  /**
   * The `client_id` that the access token says, of a client that is known for sure.
   * @default the issuer where `oauth` is true, none elsewhere
   */
  readonly clientId?: string | undefined;
}
