/** The key of whoever asks, where its possession was proved. */
export interface HolderOptions {
  /** Its thumbprint, from `ProofOfPossession`; null where none was proved. @default null */
  readonly jkt?: string | null | undefined;
}

/** What a refresh may carry besides its token. */
export interface RefreshOptions extends HolderOptions {
  /** Binds repeats of this refresh to whoever knows the key; `null` binds them to nothing. @default null */
  readonly idempotencyKey?: string | null | undefined;
}
