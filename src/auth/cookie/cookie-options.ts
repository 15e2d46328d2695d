import * as v from 'valibot';
import { closedObject } from '../closed-object.js';
import { isWebOrigin } from './web-origin.js';

/** How the refresh token travels in a cookie. */
export interface CookieOptions {
  /** The origins besides the server's own whose pages may use it; they need CORS with credentials. @default [] */
  readonly origins?: readonly string[] | undefined;
  /** Whether plain HTTP gets a cookie without `Secure`: for development. @default false */
  readonly allowPlainHttp?: boolean | undefined;
  /**
   * The path that browsers send it to, for proxies that change the path.
   * @default where the auth routes stand, as the request sees them
   */
  readonly path?: string | undefined;
  /**
   * Whose pages' requests carry it. `none`, for pages of another site than the server's, makes it `Secure` and
   * `Partitioned` as well, for browsers keep it on no other terms. @default 'strict'
   */
  readonly sameSite?: 'strict' | 'lax' | 'none' | undefined;
}

/** {@link CookieOptions}, complete. */
export interface CookieSettings extends Required<Omit<CookieOptions, 'path'>> {
  /** Unless the request says it. */
  readonly path?: string | undefined;
}

const DEFAULTS: CookieSettings = { origins: [], allowPlainHttp: false, sameSite: 'strict' };

const originSchema = v.pipe(
  v.string(),
  v.check(isWebOrigin, 'takes an origin such as https://app.example.com'),
);

/** A path that can stand in a `Set-Cookie` header. */
export const cookiePath = v.pipe(
  v.string(),
  v.regex(/^\/[!-:<-~]*$/, 'takes a path such as /api/auth'),
);

/** What `sameSite` takes. */
export const sameSiteWords = ['strict', 'lax', 'none'] as const;

/** A schema for the option `cookies`; null where the transport is off. */
export const cookiesSchema = v.pipe(
  v.union(
    [
      v.pipe(
        v.boolean(),
        v.transform((on) => (on ? DEFAULTS : null)),
      ),
      closedObject({
        origins: v.optional(v.array(originSchema), DEFAULTS.origins),
        allowPlainHttp: v.optional(v.boolean(), DEFAULTS.allowPlainHttp),
        path: v.optional(cookiePath),
        sameSite: v.optional(v.picklist(sameSiteWords), DEFAULTS.sameSite),
      }),
    ],
    'takes true, false or { origins, allowPlainHttp, path, sameSite }',
  ),
  v.transform((cookies): CookieSettings | null => cookies),
);
