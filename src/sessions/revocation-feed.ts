/** A session that one of the instances has ended. */
export interface PushedRevocation {
  readonly sessionId: string;
  /** Unix milliseconds. */
  readonly revokedAtMs: number;
}

/**
 * Carries revocations from instance to instance faster than the poll of the database, which finds what gets
 * lost on the way: messages may be dropped, doubled or come in any order, also to the instance that sent them.
 * Neither method is waited for. Whoever can write to the feed can have access tokens refused, nothing more.
 */
export interface RevocationFeed {
  /** Tells the other instances. There are at most 1,000 revocations in a call. */
  publish(revocations: readonly PushedRevocation[]): void | Promise<void>;
  /**
   * Called once, at the start.
   *
   * @param receive takes what arrives; what is no list of revocations is ignored
   */
  subscribe(receive: (message: unknown) => void): void | Promise<void>;
}
