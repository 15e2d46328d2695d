import { type KeyObject, generateKeyPairSync } from 'node:crypto';
import type { AuthModuleOptions } from 'nestjs-baton';
import { verifierOf } from '../../examples/offline-verify/verify-offline.js';
import { login } from '../contract/vocabulary.js';
import { type Host, startHost } from '../host/start-host.js';
import { TurnedClock } from '../host/turned-clock.js';

const pemOf = ({ privateKey }: { privateKey: KeyObject }): string =>
  privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const ED = pemOf(generateKeyPairSync('ed25519'));

/** `jose` asks the machine for the time. */
const startedNow = (auth: Partial<AuthModuleOptions>, beside?: Host): Promise<Host> =>
  startHost({
    ...(beside && { beside }),
    auth: { accessSecret: undefined, clock: new TurnedClock(Date.now()), ...auth },
  });

describe('a service that verifies offline', () => {
  it.each([
    ['RS256', pemOf(generateKeyPairSync('rsa', { modulusLength: 2048 }))],
    ['PS256', pemOf(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }))],
    ['ES256', pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }))],
    ['EdDSA', ED],
  ])('takes access tokens of %s', async (_algorithm, accessPrivateKey) => {
    const host = await startedNow({ accessPrivateKey });
    const { access_token, session_id } = await login(host);
    expect(await verifierOf(host.url)(access_token)).toMatchObject({ sub: '1', sid: session_id });
    await host.close();
  });

  it('takes no refresh token', async () => {
    const host = await startedNow({ accessPrivateKey: ED });
    const { refresh_token } = await login(host);
    await expect(verifierOf(host.url)(refresh_token)).rejects.toThrow(/alg|key/i);
    await host.close();
  });

  it.each([
    ['audience', { audience: 'another' }],
    ['issuer', { issuer: 'another' }],
  ])('takes no token for another %s', async (claim, auth) => {
    const host = await startedNow({ accessPrivateKey: ED, ...auth });
    const { access_token } = await login(host);
    const short = claim === 'audience' ? 'aud' : 'iss';
    await expect(verifierOf(host.url)(access_token)).rejects.toThrow(`unexpected "${short}" claim`);
    await host.close();
  });

  it('takes no token that somebody else has signed', async () => {
    const host = await startedNow({ accessPrivateKey: ED });
    const names = { strategy: 'another', refreshStrategy: 'another-refresh' };
    const accessPrivateKey = pemOf(generateKeyPairSync('ed25519'));
    const other = await startedNow({ accessPrivateKey, ...names }, host);
    const { access_token } = await login(other);
    await expect(verifierOf(host.url)(access_token)).rejects.toThrow('no applicable key found');
    await other.close();
    await host.close();
  });
});
