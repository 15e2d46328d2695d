import * as fc from 'fast-check';
import type { Arbitrary } from 'fast-check';

/** What a fuzzed request is made of. Nothing in it opens anything: see {@link brokenToken}. */
export interface FuzzedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** Tokens of a user who stays out of it. */
export interface GenuineTokens {
  readonly access: readonly string[];
  readonly refresh: readonly string[];
}

/** What stands in a token, beside it, and what parsers trip over. */
const CHARACTERS = Array.from('abzAZ019-_.=+/ ~%,;"\\{}[]<>\t\u0000\u0001\u007f\u0080\u00ff');
const ALPHABET = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');

type Change = (text: string) => string;

const at = (text: string, share: number): number => Math.floor(share * text.length);
const share = fc.double({ min: 0, max: 0.999_999, noNaN: true });

const replaced = fc.tuple(share, fc.constantFrom(...ALPHABET)).map(
  ([where, by]): Change =>
    (text) =>
      text.slice(0, at(text, where)) + by + text.slice(at(text, where) + 1),
);
/** The last character of base64url has bits that mean nothing: another spelling of the same signature. */
const respelled = fc.constantFrom(...ALPHABET).map(
  (by): Change =>
    (text) =>
      text.slice(0, -1) + by,
);
const inserted = fc.tuple(share, fc.constantFrom(...CHARACTERS)).map(
  ([where, what]): Change =>
    (text) =>
      text.slice(0, at(text, where)) + what + text.slice(at(text, where)),
);
const cut = fc.tuple(share, share).map(
  ([from, length]): Change =>
    (text) =>
      text.slice(0, at(text, from)) + text.slice(at(text, from) + 1 + at(text, length * 0.2)),
);
const parts = fc.shuffledSubarray([0, 1, 2, 0, 1, 2], { minLength: 1 }).map(
  (order): Change =>
    (text) =>
      order.map((part) => text.split('.')[part] ?? '').join('.'),
);
/** Another header or other claims, with the signature as it was. */
const rewritten = fc
  .tuple(fc.constantFrom(0, 1), fc.dictionary(fc.constantFrom(...namesInTokens()), fc.jsonValue()))
  .map(
    ([part, fields]): Change =>
      (text) =>
        text
          .split('.')
          .map((piece, index) => (index === part ? withFields(piece, fields) : piece))
          .join('.'),
  );

function namesInTokens(): readonly string[] {
  return [
    'alg',
    'typ',
    'kid',
    'crit',
    'jwk',
    'sub',
    'sid',
    'gen',
    'exp',
    'iat',
    'aud',
    'iss',
    'cnf',
  ];
}

function withFields(piece: string, fields: object): string {
  try {
    const read: unknown = JSON.parse(Buffer.from(piece, 'base64url').toString());
    const written = { ...(typeof read === 'object' ? read : {}), ...fields };
    return Buffer.from(JSON.stringify(written)).toString('base64url');
  } catch {
    return piece;
  }
}

/** Text that a header may carry: what cannot be sent at all is no attack. */
const sendable = (text: string): string => text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '');

/** A token that the server has not issued, made of one that it has, and whatever else may stand in its place. */
export function brokenToken(genuine: readonly string[]): Arbitrary<string> {
  const change = fc.oneof(replaced, respelled, inserted, cut, parts, rewritten);
  const changed = fc
    .tuple(fc.constantFrom(...genuine), fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([token, changes]) => changes.reduce((text, apply) => apply(text), token));
  const isBroken = (text: string) =>
    !sendable(text)
      .split(/[\s,;"]+/)
      .some((word) => genuine.includes(word));
  return fc
    .oneof({ weight: 8, arbitrary: changed }, fc.string({ maxLength: 300 }))
    .filter(isBroken);
}

const LOGIN = ['username', 'password', 'device_name', 'otp', '__proto__', 'constructor'] as const;
const BODY_TYPES = [
  'application/json',
  'application/json; charset=utf-16',
  'application/x-www-form-urlencoded',
  'text/plain',
  'multipart/form-data; boundary=a',
  'application/json, text/plain',
  '',
] as const;

const bodyType = fc.oneof(
  { weight: 6, arbitrary: fc.constant('application/json') },
  fc.constantFrom(...BODY_TYPES),
);

/** JSON, and now and then what only looks like it. */
function bodyWith(fields: Arbitrary<object>): Arbitrary<string> {
  const whole = fields.map((body) => JSON.stringify(body));
  const broken = fc
    .tuple(whole, fc.array(fc.oneof(inserted, cut), { minLength: 1, maxLength: 2 }))
    .map(([text, changes]) => changes.reduce((now, apply) => apply(now), text));
  return fc.oneof({ weight: 5, arbitrary: whole }, broken, fc.json());
}

const anything = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.jsonValue());

/** A request to one of the routes that has no token, or a broken one, or one of the other kind. */
export function fuzzedRequest({ access, refresh }: GenuineTokens): Arbitrary<FuzzedRequest> {
  const noAccess = fc.oneof(
    { weight: 9, arbitrary: brokenToken(access) },
    fc.constantFrom(...refresh),
  );
  const noRefresh = fc.oneof(
    { weight: 9, arbitrary: brokenToken(refresh) },
    fc.constantFrom(...access),
  );
  const authorization = fc
    .tuple(fc.constantFrom('Bearer', 'bearer', 'DPoP', 'Basic', 'Bearer Bearer', ''), noAccess)
    .map(([scheme, token]) => ({ Authorization: sendable(`${scheme} ${token}`) }));
  const guarded = fc.record({
    method: fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'PATCH'),
    path: fc.oneof(
      fc.constantFrom('/auth/me', '/auth/sessions', '/auth/logout/all', '/auth/logout/others'),
      fc.webPath({ size: 'small' }).map((path) => `/auth/sessions${path}`),
    ),
    headers: authorization,
    body: fc.constant(null),
  });
  const refreshing = fc.record({
    method: fc.constant('POST'),
    path: fc.constantFrom('/auth/token/refresh', '/auth/logout'),
    headers: bodyType.map((type) => ({ 'Content-Type': type })),
    body: bodyWith(
      fc
        .tuple(fc.constantFrom('refresh_token', 'refreshToken', 'token'), noRefresh, fc.object())
        .map(([field, token, further]) => ({ ...further, [field]: token })),
    ),
  });
  const byCookie = fc.record({
    method: fc.constant('POST'),
    path: fc.constantFrom('/auth/token/refresh', '/auth/logout'),
    headers: fc.tuple(noRefresh, fc.string({ maxLength: 40 })).map(([token, noise]) => ({
      'X-Auth-Transport': 'cookie',
      'X-Auth-Session': sendable(noise),
      Cookie: sendable(`${noise}; __Secure-baton_refresh=${token}; baton_refresh=${token}`),
    })),
    body: fc.constant(null),
  });
  const login = fc.record({
    method: fc.constant('POST'),
    path: fc.constant('/auth/login'),
    headers: bodyType.map((type) => ({ 'Content-Type': type })),
    body: bodyWith(fc.dictionary(fc.oneof(fc.constantFrom(...LOGIN), fc.string()), anything)),
  });
  return fc.oneof(guarded, refreshing, byCookie, login);
}
