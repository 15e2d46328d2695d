import { generateKeyPairSync } from 'node:crypto';
import {
  EmbeddedJWK,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
  calculateJwkThumbprint,
  exportJWK,
  jwtVerify,
} from 'jose';
import { PROOF_ALGORITHMS } from '../keys/proof-key.js';
import { DpopProofs, UnusableProofError } from './dpop-proof.js';

const PAIRS = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
  EdDSA: generateKeyPairSync('ed25519'),
  Ed25519: generateKeyPairSync('ed25519'),
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
};
const P384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
/** Nobody has the private halves of these; nobody gets so far as to ask. */
const rsaOf = (bytes: number, e: string): JWK => ({
  kty: 'RSA',
  n: Buffer.alloc(bytes, 0xff).toString('base64url'),
  e,
});

const CLAIMS = {
  jti: 'an id that no other proof has',
  htm: 'POST',
  htu: 'https://api.example.com/auth/token/refresh',
  iat: 1_767_225_600,
};

const { privateKey, publicKey } = PAIRS.ES256;
const jwkOf = (key = publicKey): Promise<JWK> => exportJWK(key);

async function proofWith(
  header: Partial<JWTHeaderParameters> = {},
  claims: JWTPayload = CLAIMS,
  key = privateKey,
): Promise<string> {
  const complete = { alg: 'ES256', typ: 'dpop+jwt', jwk: await jwkOf(), ...header };
  return new SignJWT(claims).setProtectedHeader(complete).sign(key);
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function refusalOf(proof: string, proofs = new DpopProofs()): string {
  try {
    proofs.read(proof);
  } catch (error) {
    if (error instanceof UnusableProofError) return error.message;
    throw error;
  }
  return 'none';
}

describe('a proof', () => {
  it.each(PROOF_ALGORITHMS)('is read when it is signed with %s by the key in it', async (alg) => {
    const pair = PAIRS[alg];
    const jwk = await jwkOf(pair.publicKey);
    const proof = await proofWith({ alg, jwk }, CLAIMS, pair.privateKey);
    const jkt = await calculateJwkThumbprint(jwk);
    expect(new DpopProofs().read(proof)).toEqual({ jkt, ...CLAIMS });
  });

  it('tells of the access token and the nonce that it was made for', async () => {
    const claims = { ...CLAIMS, ath: 'a hash', nonce: 'a nonce' };
    const proof = await proofWith({}, claims);
    expect(new DpopProofs().read(proof)).toMatchObject({ ath: 'a hash', nonce: 'a nonce' });
  });

  it('may say more than it has to, in its header, its key and its claims', async () => {
    const jwk = { ...(await jwkOf()), kid: 'mine', use: 'sig', alg: 'ES256' };
    const proof = await proofWith({ jwk, kid: 'mine' }, { ...CLAIMS, app: 'theirs' });
    expect(new DpopProofs().read(proof).jkt).toBe(await calculateJwkThumbprint(await jwkOf()));
  });

  it('is verified again when its key is known already', async () => {
    const proofs = new DpopProofs();
    const [header, payload] = (await proofWith()).split('.');
    const [, , anotherSignature] = (await proofWith({}, { ...CLAIMS, jti: 'other' })).split('.');
    proofs.read(await proofWith());
    expect(refusalOf(`${header}.${payload}.${anotherSignature}`, proofs)).toMatch(/signature/);
  });

  it('never comes back in the words that refuse it', async () => {
    const proof = await proofWith({ typ: 'secret-typ' }, { ...CLAIMS, jti: 'secret-id' });
    expect(refusalOf(proof)).not.toContain('secret');
  });
});

describe('a proof is refused', () => {
  const JWKS = {
    'with a private part': async () => ({ ...(await jwkOf()), d: 'AAAA' }),
    'of a symmetric key': async () => ({ kty: 'oct', k: 'AAAA' }),
    'of another curve': async () => jwkOf(P384.publicKey),
    'of another kind': async () => jwkOf(PAIRS.RS256.publicKey),
    'of a point off the curve': async () => ({ ...(await jwkOf()), y: (await jwkOf()).x ?? '' }),
    'that is nothing': async () => ({}),
  };

  it.each(Object.entries(JWKS))('for a key %s', async (_what, jwk) => {
    expect(refusalOf(await proofWith({ jwk: await jwk() }))).toMatch(/takes a public key/);
  });

  it.each([
    ['is too short', rsaOf(128, 'AQAB')],
    ['is too long to be verified for anybody', rsaOf(520, 'AQAB')],
    ['has an exponent that makes it slow', rsaOf(256, 'AQAD')],
  ])('for an RSA key that %s', (_what, jwk) => {
    const header = part({ alg: 'RS256', typ: 'dpop+jwt', jwk });
    expect(refusalOf(`${header}.${part(CLAIMS)}.AAAA`)).toMatch(/takes a public key for RS256/);
  });

  it.each([
    ['another typ', { typ: 'JWT' }, /typ/],
    ['no typ', { typ: undefined }, /typ/],
    ['the typ of an access token', { typ: 'at+jwt' }, /typ/],
    ['no key', { jwk: undefined }, /jwk/],
  ])('for %s', async (_what, header, why) => {
    expect(refusalOf(await proofWith(header))).toMatch(why);
  });

  it.each(['none', 'HS256', 'ES384', 'PS256', 'es256', '', undefined, 1, ['ES256']])(
    'for the algorithm %p',
    async (alg) => {
      const header = part({ typ: 'dpop+jwt', jwk: await jwkOf(), alg });
      const [, payload, signature] = (await proofWith()).split('.');
      expect(refusalOf(`${header}.${payload}.${signature}`)).toMatch(/algorithms/);
    },
  );

  it.each([[['jwk']], [[]], [{}], ['']])('for crit %j', async (crit) => {
    const header = part({ alg: 'ES256', typ: 'dpop+jwt', jwk: await jwkOf(), crit });
    expect(refusalOf(`${header}.${part(CLAIMS)}.AAAA`)).toMatch(/crit/);
  });

  it('for an empty signature, and for one that another key has made', async () => {
    const [header, payload] = (await proofWith()).split('.');
    expect(refusalOf(`${header}.${payload}.`)).toMatch(/compact form/);
    const stranger = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    expect(refusalOf(await proofWith({}, CLAIMS, stranger.privateKey))).toMatch(/signature/);
  });

  it('for a signature of zeros, as a key that verifies everything would pass', async () => {
    const [header, payload] = (await proofWith()).split('.');
    const zeros = Buffer.alloc(64).toString('base64url');
    expect(refusalOf(`${header}.${payload}.${zeros}`)).toMatch(/signature/);
  });

  it.each(['jti', 'htm', 'htu', 'iat'])('without %s', async (name) => {
    const { [name]: _left, ...claims } = { ...CLAIMS } as JWTPayload;
    expect(refusalOf(await proofWith({}, claims))).toMatch(new RegExp(`takes an? ${name}`));
  });

  it.each([
    ['jti', 1],
    ['jti', ''],
    ['jti', 'x'.repeat(257)],
    ['htm', ['POST']],
    ['htu', {}],
    ['htu', `https://api.example.com/${'x'.repeat(2048)}`],
    ['ath', null],
    ['ath', 'x'.repeat(257)],
    ['nonce', 7],
    ['nonce', ''],
  ])('for a %s that is no such text', async (name, value) => {
    const payload = part({ ...CLAIMS, [name]: value });
    const { header, sign } = await bareSigner();
    expect(refusalOf(`${header}.${payload}.${await sign(payload)}`)).toContain(name);
  });

  it.each(['"1767225600"', 'null', 'true', '[]'])('for the iat %s', async (iat) => {
    const text = JSON.stringify({ ...CLAIMS, iat: 0 }).replace('"iat":0', `"iat":${iat}`);
    const payload = Buffer.from(text).toString('base64url');
    const { header, sign } = await bareSigner();
    expect(refusalOf(`${header}.${payload}.${await sign(payload)}`)).toMatch(/takes an iat/);
  });

  it.each(['', '.', '..', '...', 'a.b', 'a.b.c.d', 'ä.ö.ü', '{}', ' ', 'null.null.null'])(
    'for what is no JWT: %p',
    (text) => {
      expect(refusalOf(text)).not.toBe('none');
    },
  );

  it('when it is longer than any has to be', async () => {
    const jwk = { ...(await jwkOf()), kid: 'x'.repeat(4096) };
    expect(refusalOf(await proofWith({ jwk }))).toMatch(/too long/);
  });

  it('with padding, white space or stray bits in one of its parts', async () => {
    const proof = await proofWith();
    const [header, payload, signature = ''] = proof.split('.');
    const stray = `${signature.slice(0, -1)}${signature.endsWith('A') ? 'B' : 'x'}`;
    for (const other of [
      `${proof}=`,
      ` ${proof}`,
      `${proof}\n`,
      `${header}.${payload}=.${signature}`,
      `${header}.${payload}.${stray}`,
    ]) {
      expect(refusalOf(other)).not.toBe('none');
    }
  });
});

/** What jose takes, this takes; what jose refuses, this refuses: of a proof in which one character was changed. */
it('agrees with jose on a proof and on everything next to it', async () => {
  const proof = await proofWith();
  const letters = 'Aw9-_.=';
  const proofs = new DpopProofs();
  proofs.read(proof);
  let refused = 0;
  for (let place = 0; place < proof.length; place += 3) {
    const letter = letters[place % letters.length] ?? 'A';
    const other = `${proof.slice(0, place)}${letter}${proof.slice(place + 1)}`;
    const isOurs = refusalOf(other, proofs) === 'none';
    const isTheirs = await jwtVerify(other, EmbeddedJWK, {
      typ: 'dpop+jwt',
      currentDate: new Date(CLAIMS.iat * 1000),
    }).then(
      () => true,
      () => false,
    );
    // Of two spellings of a signature jose reads both, and this the one that is canonical.
    expect(isOurs && !isTheirs).toBe(false);
    expect(isOurs).toBe(other === proof);
    if (!isOurs) refused += 1;
  }
  expect(refused).toBeGreaterThan(100);
});

/** Signs payloads that `SignJWT` would not write. */
async function bareSigner() {
  const { sign } = await import('node:crypto');
  const header = part({ alg: 'ES256', typ: 'dpop+jwt', jwk: await jwkOf() });
  return {
    header,
    sign: async (payload: string) =>
      sign('sha256', Buffer.from(`${header}.${payload}`), {
        key: privateKey,
        dsaEncoding: 'ieee-p1363',
      }).toString('base64url'),
  };
}
