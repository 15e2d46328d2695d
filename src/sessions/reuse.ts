/** What two parties have used. */
export interface Reuse {
  readonly sessionId: string;
  readonly userId: string;
  /** The generation of the token that should not have come. */
  readonly generation: number;
}
