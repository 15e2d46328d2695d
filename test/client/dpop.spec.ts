/** A client whose sessions are bound to its key. @see issue 16, section 1; RFC 9449 */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { type DpopKey, withDpop } from '../../src/client/dpop.js';
import { storedKey } from '../../src/client/dpop/stored.js';
import { type Baton, type BatonOptions, isBatonError } from '../../src/client/index.js';
import { fileStorage } from '../../src/client/storage/file.js';
import { memoryStorage } from '../../src/client/storage/memory.js';
import { type HostOptions, PLATFORMS } from '../host/start-host.js';
import { TurnedClock } from '../host/turned-clock.js';
import { ANN, type Api, nameOf, reasonsOf, startApi } from './api.js';
import { TurnedClientClock } from './turned-client-clock.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-dpop-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Its clock is the device's at first. */
function startBound({ auth, platform }: HostOptions = {}): Promise<Api> {
  const clock = new TurnedClock(Date.now());
  return startApi({ platform, auth: { clock, dpop: 'required', accessTtl: '30s', ...auth } });
}

const newKey = () => storedKey(memoryStorage());
const keyFile = () => storedKey(fileStorage({ path: join(folder, 'key'), key: null }));

async function renewed(baton: Baton): Promise<string> {
  const before = await baton.getAccessToken();
  return String(await baton.getAccessToken(before ?? undefined));
}

/** What a refresh was refused with; null where it was not. */
async function refusalOf(baton: Baton): Promise<unknown> {
  return renewed(baton).then(
    () => null,
    (error: unknown) => (isBatonError(error) ? error.details.serverCode : error),
  );
}

describe.each(PLATFORMS)('with %s', (platform) => {
  let api: Api;
  const start = async (dpopNonce: boolean, dpop: 'off' | 'allowed' | 'required' = 'required') => {
    api = await startBound({ platform, auth: { dpop, dpopNonce } });
  };
  afterEach(() => api.close());

  const options = (own: Partial<BatonOptions> = {}): BatonOptions => ({
    baseUrl: api.host.url,
    storage: memoryStorage(),
    ...own,
  });
  const bound = (key: () => Promise<DpopKey>, own?: Partial<BatonOptions>): Baton =>
    api.client(withDpop(options(own), key));
  const signedIn = async (key: () => Promise<DpopKey>, own?: Partial<BatonOptions>) => {
    const baton = bound(key, own);
    await baton.signIn(ANN);
    return baton;
  };

  it.each([false, true])(
    'signs in, calls, refreshes and signs out, with nonces: %s',
    async (dpopNonce) => {
      await start(dpopNonce);
      const baton = await signedIn(newKey());
      expect(await nameOf(baton)).toBe('ann');
      expect(decodeJwt(await renewed(baton))).toHaveProperty('cnf.jkt');
      const order = await baton.fetch('/orders?page=1', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"tea":1}',
      });
      expect(await order.json()).toMatchObject({ body: { tea: 1 } });
      const token = await baton.getAccessToken();
      await baton.signOut();
      const after = await fetch(`${api.host.url}/auth/me`, {
        headers: { authorization: `DPoP ${token}` },
      });
      expect(after.status).toBe(401);
    },
  );

  it('an access token that the server refuses is renewed, as a bearer’s is', async () => {
    const clock = new TurnedClock(Date.now());
    api = await startBound({ platform, auth: { clock } });
    const baton = await signedIn(newKey());
    const before = await baton.getAccessToken();
    clock.turn(31);
    expect(await nameOf(baton)).toBe('ann');
    expect(await baton.getAccessToken()).not.toBe(before);
  });

  it('three clients with one key and old copies of one session all go on', async () => {
    await start(false);
    const storages = [memoryStorage(), memoryStorage(), memoryStorage()];
    const [first = memoryStorage(), ...others] = storages;
    const owner = await signedIn(keyFile(), { storage: first });
    for (const storage of others) await storage.write(String(await first.read()));
    const siblings = others.map((storage) => bound(keyFile(), { storage }));
    const reasons = [owner, ...siblings].flatMap((baton) => [reasonsOf(baton)]);
    for (let turns = 0; turns < 5; turns += 1) await renewed(owner);
    for (const baton of [...siblings, owner, ...siblings]) {
      expect(await refusalOf(baton)).toBeNull();
      expect(await nameOf(baton)).toBe('ann');
    }
    expect(reasons).toEqual([[], [], []]);
  });

  it('who has the tokens and no key, or another, gets nothing and harms nobody', async () => {
    await start(false);
    const storage = memoryStorage();
    const owner = await signedIn(newKey(), { storage });
    const copies = [memoryStorage(), memoryStorage()];
    for (const copy of copies) await copy.write(String(await storage.read()));
    const [bare, other] = copies;
    const thieves = [api.client(options({ storage: bare })), bound(newKey(), { storage: other })];
    for (const thief of thieves) {
      expect((await thief.fetch('/auth/me')).status).toBe(401);
      expect(await refusalOf(thief)).toBe('invalid_dpop_proof');
      await thief.signOut();
    }
    expect(await refusalOf(owner)).toBeNull();
    expect(await nameOf(owner)).toBe('ann');
  });

  it('a session that the server does not bind is a bearer’s', async () => {
    await start(false, 'off');
    const baton = await signedIn(newKey());
    expect(await refusalOf(baton)).toBeNull();
    expect(await nameOf(baton)).toBe('ann');
  });

  it('a device whose clock is an hour off proves by the server’s', async () => {
    await start(false);
    const clock = new TurnedClientClock();
    clock.set(-3_600_000);
    const baton = await signedIn(newKey(), { clock });
    expect(await nameOf(baton)).toBe('ann');
  });

  it('proofs go to the server’s routes and with bound tokens, nowhere else', async () => {
    await start(false);
    const proved: string[] = [];
    const spy: typeof fetch = (input, init) => {
      if (new Headers(init?.headers).has('dpop'))
        proved.push(new URL(new Request(input).url).pathname);
      return fetch(input, init);
    };
    const baton = bound(newKey(), { fetch: spy });
    await baton.fetch('/wrong-pin');
    await baton.signIn(ANN);
    await baton.fetch(`${api.line.url}/wrong-pin`);
    await baton.fetch('/auth/me', { headers: { authorization: 'Basic eDp5' } });
    await baton.fetch('/auth/me');
    expect(proved).toEqual(['/auth/login', '/auth/me']);
  });
});

it('a key is made once by all who ask at a time, for this user alone, and kept', async () => {
  const path = join(folder, 'shared');
  const keys = Array.from({ length: 8 }, () => storedKey(fileStorage({ path, key: null })));
  const found = await Promise.all(keys.map(async (key) => (await key()).jwk));
  expect(new Set(found.map((jwk) => jwk.x)).size).toBe(1);
  expect(found[0]).not.toHaveProperty('d');
  expect(JSON.parse(await readFile(path, 'utf8'))).toHaveProperty('d');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

it('a key that could not be read is asked for again', async () => {
  const api = await startBound();
  const good = newKey();
  let tries = 0;
  const key = () => ((tries += 1) === 1 ? Promise.reject(new Error('locked')) : good());
  const options = { baseUrl: api.host.url, storage: memoryStorage() };
  const baton = api.client(withDpop(options, key));
  await expect(baton.signIn(ANN)).rejects.toThrow('sign_in_failed');
  await baton.signIn(ANN);
  await baton.fetch('/auth/me');
  expect(tries).toBe(2);
  await api.close();
});

it('where there is no Ed25519, the key is of P-256', async () => {
  const generateKey = Reflect.get(crypto.subtle, 'generateKey');
  Object.defineProperty(crypto.subtle, 'generateKey', {
    configurable: true,
    value: async (algorithm: { readonly name: string }, ...rest: unknown[]) => {
      if (algorithm.name === 'Ed25519') throw new DOMException('Unknown', 'NotSupportedError');
      return Reflect.apply(generateKey, crypto.subtle, [algorithm, ...rest]);
    },
  });
  const key = newKey();
  expect(await key()).toMatchObject({ alg: 'ES256', jwk: { kty: 'EC', crv: 'P-256' } });
  Reflect.deleteProperty(crypto.subtle, 'generateKey');
  const api = await startBound();
  const options = { baseUrl: api.host.url, storage: memoryStorage() };
  const baton = api.client(withDpop(options, key));
  await baton.signIn(ANN);
  expect(await nameOf(baton)).toBe('ann');
  await api.close();
});
