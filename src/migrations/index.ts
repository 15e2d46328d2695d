export { CreateRefreshTokens1764000000000 } from './1764000000000-create-refresh-tokens.js';
export { AddWithdrawnGenerations1764000000002 } from './1764000000002-add-withdrawn-generations.js';
export { AlignRefreshTokens1764000000003 } from './1764000000003-align-refresh-tokens.js';
export { AddBoundKey1764000000005 } from './1764000000005-add-bound-key.js';
export { IndexLiveSessions1764000000007 } from './1764000000007-index-live-sessions.js';
