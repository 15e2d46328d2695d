import type { BatonStorage } from '../storage.js';
import { type WebStorageOptions, webStorage } from './web.js';

/**
 * Leaves the refresh token to the browser, in a cookie that no script can read; access tokens stay in memory. Web
 * storage merely remembers which session it is, or that one is still to be ended.
 */
export function cookieStorage(options?: WebStorageOptions): BatonStorage {
  return { ...webStorage(options), transport: 'cookie' };
}
