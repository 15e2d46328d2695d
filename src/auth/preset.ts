import * as v from 'valibot';
import { oneOf } from '../options.js';

/** One word for several options. */
export interface PresetOptions {
  /**
   * What stands in for options that are not given. `browser-app` is for pages, as RFC 10017 asks: `accessTtl` is ten
   * minutes; `sessionTtl` and `refreshTtl` are whichever of the two is given, or else eight hours, so that no rotated
   * token outlives the first; `cookies` is `true` and `dpop` is `allowed`. @default none
   * @see RFC 10017 section 6.3.2.3
   */
  readonly preset?: 'browser-app' | undefined;
}

/** The schema of {@link PresetOptions}. */
export const presetEntries = { preset: v.optional(oneOf(['browser-app'])) };

type Presettable = 'preset' | 'accessTtl' | 'refreshTtl' | 'sessionTtl' | 'cookies' | 'dpop';

/** The options with what their preset stands in for, still unchecked: there may be none at all. */
export function withPreset<Options extends { readonly [Name in Presettable]?: unknown }>(
  options: Options,
): Options {
  if (options?.preset === undefined) return options;
  const lifetime = options.sessionTtl ?? options.refreshTtl ?? '8h';
  const { accessTtl = '10m', sessionTtl = lifetime, refreshTtl = lifetime } = options;
  const { cookies = true, dpop = 'allowed' } = options;
  return { ...options, accessTtl, sessionTtl, refreshTtl, cookies, dpop };
}
