/** The stable half of an error of the client: programs decide by it. */
export type BatonErrorCode =
  /** The request was refused and cannot be sent again, because its body was a stream. */
  | 'not_replayable'
  /** The storage cannot say whether there is a session. Nobody has been signed out. */
  | 'storage_unavailable'
  /** No new access token for now: network, server or proxy. Still signed in; try later. */
  | 'refresh_failed'
  /** The session in which the request was begun is over, or somebody else's: it was not sent on. */
  | 'session_changed'
  /** Nobody was signed in; `serverCode` says why when the server did. */
  | 'sign_in_failed'
  /** Nobody was signed in: the storage is for cookies, and the server hands out none. */
  | 'cookies_off'
  /** Nobody was signed in: the storage is a browser's, and this is none but a server, where all would share it. */
  | 'storage_missing'
  /** The storage takes no writes, and another client uses it: two would present one token. */
  | 'storage_in_use'
  /** Not sent: the session is bound to a key, and what was to send its token cannot prove that. @see docs/dpop.md */
  | 'session_bound'
  /** `dispose` has been called. */
  | 'disposed';

/** The codes of our server that a client meets; an application's own server may have more. */
export type ServerCode =
  | 'invalid_request'
  | 'invalid_credentials'
  | 'token_expired'
  | 'invalid_token'
  | 'token_reused'
  | 'session_revoked'
  | 'max_uses_reached'
  | 'session_mismatch'
  | 'missing_token'
  | 'not_found'
  | 'username_taken'
  | 'payload_too_large'
  | 'too_many_attempts'
  | 'server_error'
  | 'unavailable'
  | (string & {});

/** What an error may say besides its code. */
export interface BatonErrorDetails {
  /** What was caught. */
  readonly cause?: unknown;
  /** The HTTP status, when a server answered. */
  readonly status?: number;
  /** The code of the server's own error, such as `invalid_credentials`. */
  readonly serverCode?: ServerCode;
  /** How long the server asked to be left alone; 0 when it did not. */
  readonly retryAfterMs?: number;
}

/** Every error that the client makes. The message is the server's sentence, or the code. */
export class BatonError<Code extends BatonErrorCode = BatonErrorCode> extends Error {
  override readonly name = 'BatonError';

  constructor(
    readonly code: Code,
    readonly details: BatonErrorDetails = {},
    message: string = code,
  ) {
    super(message, details);
  }
}

/** Whether an error is the client's own, of whichever copy, and has this code, where one is given. */
export function isBatonError<Code extends BatonErrorCode = BatonErrorCode>(
  error: unknown,
  code?: Code,
): error is BatonError<Code> {
  const own: Partial<BatonError> = Object(error);
  return own.name === 'BatonError' && (!code || own.code === code);
}

/** Makes of whatever was thrown an error of the client. */
export function ours(code: BatonErrorCode, cause: unknown): BatonError {
  return isBatonError(cause) ? cause : new BatonError(code, { cause });
}
