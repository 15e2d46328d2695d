export { CreateRefreshTokens1764000000000 } from './1764000000000-create-refresh-tokens.js';
