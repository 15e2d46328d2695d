import type { Strategy } from 'passport-jwt';
import type { AuthError } from '../../errors.js';
import type { ErrorHeaders } from '../error-headers.js';

/**
 * Makes a strategy refuse one request in the module's words, whoever asked it. Passport goes on to the next
 * strategy when one has failed, and when all have, `AuthGuard` throws an exception of its own; but just before, it
 * leaves their reasons in `request.authInfo`, and that is where our error takes its place. Headers are set when the
 * request is refused for good, so that none is left on an answer to whom another strategy let in.
 *
 * @param strategy as Passport has made it for this request
 * @param refusal what the module answers when no other strategy lets the request in
 */
export function failInOurWords(
  strategy: Strategy,
  request: object,
  refusal: () => AuthError,
  errorHeaders: ErrorHeaders,
): void {
  const { fail, error: stop } = strategy;
  strategy.error = (reason) => {
    errorHeaders.setFor(request, reason);
    stop(reason);
  };
  strategy.fail = () => {
    const error = refusal();
    // Passport's own form of a reason; where it is used as a bare middleware, it becomes the header.
    const challenge = errorHeaders.challengeOf(error);
    Object.defineProperty(request, 'authInfo', {
      configurable: true,
      set: (reasons: unknown) => {
        if ([reasons].flat().includes(challenge)) {
          errorHeaders.setFor(request, error);
          throw error;
        }
        Object.defineProperty(request, 'authInfo', { value: reasons, writable: true });
      },
    });
    fail(challenge);
  };
}
