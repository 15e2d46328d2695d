import type { ErrorBody, TokenPairBody } from '../wire.js';

/** What a server answered, as far as it says whose answer it is. */
export interface ServerAnswer {
  readonly status: number;
  readonly headers: Pick<Headers, 'get'>;
  /** Parsed JSON; an empty object when it is none. */
  readonly body: Partial<TokenPairBody & ErrorBody>;
}

/**
 * The code of an error that is our server's own; nothing for anybody else's. For hosts that reshape errors, or whose
 * proxies take headers away.
 */
export type ReadErrorCode = (answer: ServerAnswer) => string | null | undefined;

/**
 * The header that marks each error of our server, and holds its code. Gateways and other services do not send it.
 *
 * @see docs/http.md: every error answer of ours has it, and CORS exposes it
 */
export const markOf: ReadErrorCode = ({ headers }) => headers.get('x-auth-error');

/** Empty when it is not JSON, or not whole: a proxy's page, a captive portal's, a line that was cut. */
export async function jsonOf(response: Response): Promise<ServerAnswer['body']> {
  return Object(await response.json().catch(() => null));
}
