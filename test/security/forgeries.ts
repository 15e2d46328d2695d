import { createHash, createSign, generateKeyPairSync } from 'node:crypto';
import { handMadeJwt, hmacWith, readJwt } from '../host/hand-made-jwt.js';

type Part = Readonly<Record<string, unknown>>;

/** Writes something for a token that the server has not issued, from one that it has. */
export type Forgery = (token: string, secret: string) => string;

const ATTACKER = 'the attacker has a secret of his own, 32+';
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const JWK = RSA.publicKey.export({ format: 'jwk' });
const NONE = () => Buffer.alloc(0);

/** A chain of one certificate, as far as anybody reads it who trusts what a token brings. */
const X5C = [RSA.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')];

const byRsa = (signed: string): Buffer => createSign('sha256').update(signed).sign(RSA.privateKey);

/** By an attacker's HMAC secret, with these fields in the header. */
const hmacForged =
  (header: Part, secret: string | Buffer = ATTACKER): Forgery =>
  (token) => {
    const read = readJwt(token);
    return handMadeJwt({ ...read.header, ...header }, read.claims, hmacWith(secret));
  };

/** By an attacker's RSA key, with these fields in the header. */
const rsaForged =
  (header: Part): Forgery =>
  (token) => {
    const read = readJwt(token);
    return handMadeJwt({ ...read.header, alg: 'RS256', ...header }, read.claims, byRsa);
  };

const unsigned =
  (alg: unknown): Forgery =>
  (token) => {
    const read = readJwt(token);
    return handMadeJwt({ ...read.header, alg }, read.claims, NONE);
  };

/** By the server's own secret: what must be refused for what it says, whoever has signed it. */
const genuine =
  (header: Part, claims: Part = {}): Forgery =>
  (token, secret) => {
    const read = readJwt(token);
    return handMadeJwt(
      { ...read.header, ...header },
      { ...read.claims, ...claims },
      hmacWith(secret),
    );
  };

/** The same, where a part is text that `JSON.stringify` would not write. */
const genuineText =
  (write: (claims: string) => string): Forgery =>
  (token, secret) => {
    const read = readJwt(token);
    return handMadeJwt(read.header, write(JSON.stringify(read.claims)), hmacWith(secret));
  };

const headerText =
  (write: (header: string) => string): Forgery =>
  (token, secret) => {
    const read = readJwt(token);
    return handMadeJwt(write(JSON.stringify(read.header)), read.claims, hmacWith(secret));
  };

const ALGORITHMS: readonly (readonly [string, Forgery])[] = [
  ...['none', 'None', 'NONE', 'nOnE', 'none ', '', null, 0, false, ['none'], {}].map(
    (alg) => [`alg ${JSON.stringify(alg)} and no signature`, unsigned(alg)] as const,
  ),
  ['alg HS256 and no signature', unsigned('HS256')],
  ['RS256 by the attacker’s key', rsaForged({})],
  ['the alg of an HMAC and a signature of RSA', rsaForged({ alg: 'HS256' })],
  ['the alg of RSA and an HMAC', hmacForged({ alg: 'RS256' })],
  ['the alg of ECDSA and an HMAC', hmacForged({ alg: 'ES256' })],
  ['an ECDSA signature of zeroes (CVE-2022-21449)', zeroSignature('ES256', 64)],
  ['an EdDSA signature of zeroes', zeroSignature('EdDSA', 64)],
  ['an HMAC of zeroes', zeroSignature('HS256', 32)],
  ['an unknown alg', genuine({ alg: 'HS257' })],
  ['alg in lower case', genuine({ alg: 'hs256' })],
  ['no alg', genuine({ alg: undefined })],
];

function zeroSignature(alg: string, bytes: number): Forgery {
  return (token) => {
    const read = readJwt(token);
    return handMadeJwt({ ...read.header, alg }, read.claims, () => Buffer.alloc(bytes));
  };
}

const SECRETS: readonly (readonly [string, Forgery])[] = [
  ['an empty secret', hmacForged({}, '')],
  ['the secret "secret"', hmacForged({}, 'secret')],
  ['the secret "undefined"', hmacForged({}, 'undefined')],
  ['the secret "null"', hmacForged({}, 'null')],
  ['a secret of zero bytes', hmacForged({}, Buffer.alloc(32))],
  [
    'its own kid for a secret',
    (token) => hmacForged({}, String(readJwt(token).header['kid']))(token, ''),
  ],
  [
    'the digest of the server’s secret',
    (token, secret) => hmacForged({}, createHash('sha256').update(secret).digest())(token, ''),
  ],
];

const KEYS: readonly (readonly [string, Forgery])[] = [
  ['jwk: the attacker’s key (CVE-2018-0114)', rsaForged({ jwk: JWK })],
  ['jwk and no kid', rsaForged({ jwk: JWK, kid: undefined })],
  [
    'jwk with a symmetric key',
    hmacForged({ jwk: { kty: 'oct', k: Buffer.from(ATTACKER).toString('base64url') } }),
  ],
  ['jku: the attacker’s set', rsaForged({ jku: 'http://127.0.0.1:9/jwks.json' })],
  ['x5u: the attacker’s certificate', rsaForged({ x5u: 'http://127.0.0.1:9/x5.pem' })],
  ['x5c: the attacker’s certificate', rsaForged({ x5c: X5C })],
  ...[
    '../../../../../../dev/null',
    '/dev/null',
    'file:///dev/null',
    'http://127.0.0.1:9/key',
    "' UNION SELECT 'secret' --",
    '| id',
    '$(id)',
    '`id`',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '\u0000',
    '*',
    '',
  ].map((kid) => [`kid ${JSON.stringify(kid)}`, hmacForged({ kid }, '')] as const),
  ...[null, 0, true, ['a'], { toString: 'a' }].map(
    (kid) => [`kid of another type: ${JSON.stringify(kid)}`, genuine({ kid })] as const,
  ),
];

const HEADERS: readonly (readonly [string, Forgery])[] = [
  [
    'crit that names an unknown extension',
    genuine({ crit: ['exp-of-another'], 'exp-of-another': 1 }),
  ],
  ['crit that is empty', genuine({ crit: [] })],
  ['crit that names what is not there', genuine({ crit: ['absent'] })],
  ['crit that names a registered header', genuine({ crit: ['alg'] })],
  ['crit of another type', genuine({ crit: 'exp' })],
  ['b64 false, the payload not encoded (RFC 7797)', genuine({ b64: false, crit: ['b64'] })],
  ['a header that is an array', headerText((header) => `[${header}]`)],
  ['a header that is null', headerText(() => 'null')],
  ['a header that is no JSON', headerText((header) => header.slice(1))],
  ['an empty header', headerText(() => '')],
  ...[
    'JWT',
    'jwt',
    'JOSE',
    'dpop+jwt',
    'application/jwt',
    'id+jwt',
    'logout+jwt',
    'at+jwt ',
    '',
    null,
    7,
    ['at+jwt', 'rt+jwt'],
  ].map((typ) => [`typ ${JSON.stringify(typ)}`, genuine({ typ })] as const),
  [
    'the typ of the other kind of token',
    (token, secret) =>
      genuine({ typ: readJwt(token).header['typ'] === 'at+jwt' ? 'rt+jwt' : 'at+jwt' })(
        token,
        secret,
      ),
  ],
];

const CLAIMS: readonly (readonly [string, Forgery])[] = [
  ...[undefined, null, '', ' ', 'another', 7, {}, ['another'], []].map(
    (aud) => [`aud ${JSON.stringify(aud)}`, genuine({}, { aud })] as const,
  ),
  ...[undefined, null, '', 'another', 7, ['another'], {}].map(
    (iss) => [`iss ${JSON.stringify(iss)}`, genuine({}, { iss })] as const,
  ),
  ...[undefined, null, 7, ['1'], { $ne: null }, true].map(
    (sub) => [`sub ${JSON.stringify(sub)}`, genuine({}, { sub })] as const,
  ),
  ...[undefined, null, 7, ['a'], { $gt: '' }, ''].map(
    (sid) => [`sid ${JSON.stringify(sid)}`, genuine({}, { sid })] as const,
  ),
  ...[undefined, null, '9999999999', true, [9_999_999_999], {}].map(
    (exp) => [`exp ${JSON.stringify(exp)}`, genuine({}, { exp })] as const,
  ),
  ...[undefined, null, '0', -1, 0.5, [0], {}].map(
    (gen) => [`gen ${JSON.stringify(gen)}`, genuine({}, { gen })] as const,
  ),
  ['nbf in the far future', genuine({}, { nbf: 9_999_999_999 })],
  [
    'exp without an end, 1e999',
    genuineText((claims) => claims.replace(/"exp":\d+/, '"exp":1e999')),
  ],
  ['claims that are an array', genuineText((claims) => `[${claims}]`)],
  ['claims that are null', genuineText(() => 'null')],
  ['claims that are a text', genuineText((claims) => JSON.stringify(claims))],
  ['claims that are no JSON', genuineText((claims) => `${claims}}`)],
  ['no claims at all', genuineText(() => '{}')],
  ['every claim on the prototype', genuineText((claims) => `{"__proto__":${claims}}`)],
];

const FORMS: readonly (readonly [string, Forgery])[] = [
  ['four parts', (token) => `${token}.e30`],
  ['five parts, as a JWE has them', (token) => `${token}.e30.e30`],
  ['a JWE with the direct key', () => `${encoded({ alg: 'dir', enc: 'A256GCM' })}..AAAA.AAAA.AAAA`],
  [
    'a JWE of password-based encryption, 2³¹ rounds',
    () =>
      `${encoded({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 2_147_483_647, p2s: 'AAAA' })}.AA.AA.AA.AA`,
  ],
  [
    'a JWE that unpacks to a bomb',
    () => `${encoded({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' })}..AA.AA.AA`,
  ],
  [
    'the JSON serialization (RFC 7515 section 7.2)',
    (token) => {
      const [header, payload, signature] = token.split('.');
      return JSON.stringify({ payload, protected: header, signature });
    },
  ],
  ['a token within a token', (token, secret) => genuineText(() => token)(token, secret)],
  ['only dots', () => '..'],
  ['ten thousand dots', () => '.'.repeat(10_000)],
  ['a padded header', (token) => token.replace('.', '==.')],
  ['a scheme before it', (token) => `Bearer ${token}`],
  ['a percent-encoded dot', (token) => token.replace('.', '%2E')],
];

function encoded(part: Part): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** RFC 8725 section 3 and published attacks, by name. None is a token that the server has issued. */
export const FORGERIES = [...ALGORITHMS, ...SECRETS, ...KEYS, ...HEADERS, ...CLAIMS, ...FORMS];
