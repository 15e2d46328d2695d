import { generateKeyPairSync } from 'node:crypto';
import { jest } from '@jest/globals';
import { type JWTPayload, SignJWT, exportJWK } from 'jose';
import { ProofKey } from '../keys/proof-key.js';
import { DpopProofs } from './dpop-proof.js';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const CLAIMS = { jti: 'an id', htm: 'POST', htu: 'https://api.example.com/', iat: 1_767_225_600 };

async function proofWith(claims: JWTPayload, header: object = {}): Promise<string> {
  const jwk = await exportJWK(publicKey);
  return new SignJWT({ ...CLAIMS, ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header })
    .sign(privateKey);
}

describe('a proof at its limits', () => {
  const HTU = `https://api.example.com/${'x'.repeat(2024)}`;

  it.each([
    ['an id of 256 characters', { jti: 'x'.repeat(256) }],
    ['a method of 256', { htm: 'x'.repeat(256) }],
    ['a URL of 2048', { htu: HTU }],
    ['a hash and a nonce of 256', { ath: 'x'.repeat(256), nonce: 'x'.repeat(256) }],
  ])('is read with %s', async (_what, claims) => {
    expect(new DpopProofs().read(await proofWith(claims))).toMatchObject(claims);
  });

  it('is read with 4096 characters, and not with more', async () => {
    const emptyLength = (await proofWith({ htu: HTU, app: '' })).length;
    // Three bytes of the payload are four characters.
    const padding = 'x'.repeat(Math.floor(((4096 - emptyLength) * 3) / 4));
    const rests = ['', 'x', 'xx', 'xxx', 'xxxx', 'xxxxx'];
    const proofs = await Promise.all(
      rests.map((rest) => proofWith({ htu: HTU, app: padding + rest })),
    );
    const longest = proofs.find(({ length }) => length === 4096) ?? 'none of them';
    const longer = proofs.find(({ length }) => length > 4096) ?? 'none of them';
    expect(new DpopProofs().read(longest).jti).toBe('an id');
    expect(() => new DpopProofs().read(longer)).toThrow('The DPoP proof is too long');
  });
});

describe('the key of a client', () => {
  it('is read from its first proof, and known by the header from then on', async () => {
    const reading = jest.spyOn(ProofKey, 'from');
    const proofs = new DpopProofs();
    for (const jti of ['first', 'second', 'third']) proofs.read(await proofWith({ jti }));
    expect(reading).toHaveBeenCalledTimes(1);
    proofs.read(await proofWith({}, { app: 'another header' }));
    expect(reading).toHaveBeenCalledTimes(2);
    reading.mockRestore();
  });

  it('is not remembered from a proof that it has not signed', async () => {
    const reading = jest.spyOn(ProofKey, 'from');
    const proofs = new DpopProofs();
    const [header, payload] = (await proofWith({})).split('.');
    const forged = `${header}.${payload}.${'A'.repeat(86)}`;
    for (let tries = 0; tries < 2; tries += 1)
      expect(() => proofs.read(forged)).toThrow('takes a signature by the key in it');
    expect(reading).toHaveBeenCalledTimes(2);
    reading.mockRestore();
  });
});
