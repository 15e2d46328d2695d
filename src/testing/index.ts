export { StubAuthGuard, type StubUser } from './stub-auth.guard.js';
export { TestClock } from './test-clock.js';
export { accessTokenFor } from './access-token-for.js';
