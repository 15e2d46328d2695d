/** The stable half of an error of the client: programs decide by it. */
export type BatonErrorCode =
  /** The request was refused and cannot be sent again, because its body was a stream. */
  | 'not_replayable'
  /** The storage cannot say whether there is a session. Nobody has been signed out. */
  | 'storage_unavailable'
  /** No new access token for now: network, server, proxy or lock. Still signed in; try later. */
  | 'refresh_failed'
  /** Nobody was signed in; `serverCode` says why when the server did. */
  | 'sign_in_failed';

/** What an error may say besides its code. */
export interface BatonErrorDetails {
  /** What was caught. */
  readonly cause?: unknown;
  /** The HTTP status, when a server answered. */
  readonly status?: number;
  /** The code of the server's own error body, such as `invalid_credentials`. */
  readonly serverCode?: string;
  /** How long the server asked to be left alone; 0 when it did not. */
  readonly retryAfterMs?: number;
}

/** Every error that the client makes. The message is the server's sentence, or the code. */
export class BatonError extends Error {
  override readonly name = 'BatonError';

  constructor(
    readonly code: BatonErrorCode,
    readonly details: BatonErrorDetails = {},
    message: string = code,
  ) {
    super(message, details);
  }
}

/** Whether an error is the client's own and, where one is given, has this code. */
export function isBatonError(error: unknown, code?: BatonErrorCode): error is BatonError {
  return error instanceof BatonError && (!code || error.code === code);
}

/** Makes of whatever was thrown an error of the client. */
export function rethrow(code: BatonErrorCode): (cause: unknown) => never {
  return (cause) => {
    throw isBatonError(cause) ? cause : new BatonError(code, { cause });
  };
}
