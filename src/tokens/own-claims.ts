/** The application's own claims of an access token, as they will be read from it. */
export type OwnClaims = Readonly<Record<string, unknown>>;

/** The names that an application's own claims may not take. */
const RESERVED = new Set(['iss', 'aud', 'sub', 'sid', 'gen', 'jti', 'iat', 'exp', 'nbf', 'cnf']);

/**
 * Reads what `accessTokenClaims` returned, before anything is written that a failure would waste.
 *
 * @param returned `undefined` stands for no claims
 * @returns a copy in JSON: nothing that the application changes afterwards can fail at the signing
 * @throws TypeError when it is not an object, cannot be JSON, or has a name that the module sets or that
 *   every object has
 */
export function ownClaims(returned: unknown): OwnClaims {
  return ownObject(returned, 'accessTokenClaims', RESERVED);
}

/** As {@link ownClaims}, for what another hook returned, which may not take the names that are `reserved` there. */
export function ownObject(
  returned: unknown,
  hook: string,
  reserved: ReadonlySet<string>,
): Readonly<Record<string, unknown>> {
  if (returned === undefined) return {};
  const copy = isObject(returned) ? copyOf(returned, hook) : returned;
  if (!isObject(copy)) throw new TypeError(`${hook} returned ${kindOf(copy)}: it takes an object`);
  const taken = Object.keys(copy).find((name) => reserved.has(name) || name in Object.prototype);
  if (taken === undefined) return copy;
  throw new TypeError(`${hook} returned "${taken}", a name that the module sets itself`);
}

/** Neither a list nor a `Map`, a `Date` or a boxed string, which JSON would make something else of. */
function isObject(value: unknown): value is OwnClaims {
  return Object.prototype.toString.call(value) === '[object Object]';
}

function copyOf(claims: OwnClaims, hook: string): unknown {
  try {
    return JSON.parse(JSON.stringify(claims));
  } catch (cause) {
    throw new TypeError(`${hook} returned what JSON cannot hold`, { cause });
  }
}

/** As a sentence names it, without its value. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? `a ${value.constructor.name}` : `a ${typeof value}`;
}
