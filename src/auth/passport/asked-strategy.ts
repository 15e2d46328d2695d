import type { HttpRequest } from '../http-request.js';

/** A strategy of ours, as far as a guard is concerned: `passport-jwt` has no types that an application would have. */
export interface Asked<Answer> {
  /** @throws what it refuses the request with */
  ask(request: HttpRequest): Promise<Answer>;
}
