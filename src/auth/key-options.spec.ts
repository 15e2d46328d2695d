import { generateKeyPairSync } from 'node:crypto';
import { AuthOptionsError } from './auth.options.js';
import { keyRings } from './key-options.js';

const SECRETS = [1, 2, 3].map((number) => `secret number ${number}, of 32 bytes or more`);
const [ACCESS = '', REFRESH = '', OLD = ''] = SECRETS;
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const PUBLIC = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const PRIVATE = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const rings = (given: Partial<Parameters<typeof keyRings>[0]>) =>
  keyRings(
    { rsaAlgorithm: 'RS256', refreshSecret: [REFRESH], ...given },
    (option, takes) => new AuthOptionsError(`${option} ${takes}`),
  );

describe('the keys', () => {
  it('are the first, which signs, and the others, which verify', () => {
    const { accessKeys, refreshKeys } = rings({ accessSecret: [ACCESS, OLD] });
    expect(accessKeys.all.map(({ kid }) => kid)).toHaveLength(2);
    expect(refreshKeys.all).toEqual([refreshKeys.current]);
  });

  it('of access tokens may be private, and the previous ones public', () => {
    const { accessKeys } = rings({ accessPrivateKey: [PRIVATE, PUBLIC] });
    expect(accessKeys.current.algorithm).toBe('ES256');
  });

  it.each([
    ['a public key first', { accessPrivateKey: [PUBLIC] }, 'accessPrivateKey takes a private key'],
    ['none', {}, 'accessSecret is missing'],
    ['none of refresh tokens', { accessSecret: [ACCESS], refreshSecret: [] }, 'refreshSecret is'],
    ['nonsense', { accessPrivateKey: ['nonsense'] }, 'accessPrivateKey takes'],
    [
      'one secret for both, a previous one',
      { accessSecret: [ACCESS, OLD], refreshSecret: [REFRESH, OLD] },
      'refreshSecret takes another secret than accessSecret',
    ],
  ])('are not %s', (_what, given, complaint) => {
    expect(() => rings(given)).toThrow(AuthOptionsError);
    expect(() => rings(given)).toThrow(complaint);
  });
});
