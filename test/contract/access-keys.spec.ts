import { type KeyObject, generateKeyPairSync } from 'node:crypto';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { AccessKeys, AuthOptionsError } from 'nestjs-baton';
import { type Host, PLATFORMS, startHost } from '../host/start-host.js';
import { QuickUsers } from '../host/quick-users.js';
import { decode } from './jwt.js';
import { INVALID_ACCESS, login, me, refresh, use } from './vocabulary.js';

const pemOf = ({ privateKey }: { privateKey: KeyObject }): string =>
  privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const EC = pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const ED = pemOf(generateKeyPairSync('ed25519'));
const RSA = pemOf(generateKeyPairSync('rsa', { modulusLength: 2048 }));

@Controller('notes')
class NotesController {
  @UseGuards(AuthGuard('baton'))
  @Get()
  notes(): string[] {
    return [];
  }
}

describe.each(PLATFORMS)('keys that an application changes while it runs, on %s', (platform) => {
  let host: Host;
  beforeEach(async () => {
    host = await startHost({
      platform,
      users: new QuickUsers(),
      controllers: [NotesController],
      auth: { accessSecret: undefined, accessPrivateKey: EC },
    });
  });
  afterEach(() => host.close());

  const change = (...keys: string[]): void => host.app.get(AccessKeys).change(keys);
  const kids = async (): Promise<string[]> =>
    (await host.http().get('/.well-known/jwks.json')).body.keys.map(
      ({ kid }: { kid: string }) => kid,
    );
  const notes = async (token: string): Promise<number> =>
    (await host.http().get('/notes').auth(token, { type: 'bearer' })).status;

  it.each([
    ['RS256', RSA],
    ['EdDSA', ED],
  ])('sign by the first from then on, and verify by all: %s', async (algorithm, key) => {
    const before = await login(host);
    await use(host, before);
    change(key, EC);
    const after = await refresh(host, before.refresh_token);
    const { alg, kid } = decode(after.access_token).header;
    expect(alg).toBe(algorithm);
    expect(await kids()).toEqual([kid, decode(before.access_token).header['kid']]);
    for (const pair of [before, after]) {
      await use(host, pair);
      expect(await notes(pair.access_token)).toBe(200);
    }
  });

  it('let go of a key at once, of tokens that they knew as well, and log nobody out', async () => {
    const pair = await login(host);
    await use(host, pair);
    change(ED);
    expect(await me(host, pair.access_token)).toEqual(INVALID_ACCESS);
    expect(await notes(pair.access_token)).toBe(401);
    await use(host, await refresh(host, pair.refresh_token));
  });

  it.each([
    ['no key', ['no key'], /accessPrivateKey takes a key as PEM, JWK or JWKS$/],
    ['none', [], /accessPrivateKey is missing$/],
    ['a broken one after a good one', [ED, EC.slice(0, 100)], /accessPrivateKey takes/],
  ])('stay as they were where they are given %s', async (_what, keys, message) => {
    const before = await kids();
    expect(() => change(...keys)).toThrow(AuthOptionsError);
    expect(() => change(...keys)).toThrow(message);
    expect(await kids()).toEqual(before);
    await use(host, await login(host));
  });
});

it('a module whose access tokens are signed with a secret takes no keys', async () => {
  const host = await startHost();
  expect(() => host.app.get(AccessKeys).change(EC)).toThrow(AuthOptionsError);
  await use(host, await login(host));
  await host.close();
});
