import { generateKeyPairSync } from 'node:crypto';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import request from 'supertest';
import { linesOf } from './environment-lines.js';
import { SECRETS } from './secrets.js';
import { cleanUp, startServer, temporaryFolder } from './server-process.js';

const pem = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const { AUTH_REFRESH_SECRET } = SECRETS;

/** The server looks every five seconds. */
const PATIENCE_MS = 15_000;

afterAll(cleanUp);

/** The published keys, once there are so many. */
async function published(url: string, count: number): Promise<string[]> {
  for (let waited = 0; waited < PATIENCE_MS; waited += 250) {
    const { keys } = (await request(url).get('/.well-known/jwks.json')).body;
    if (keys.length === count) return keys.map(({ kid }: { kid: string }) => kid);
    await sleep(250);
  }
  throw new Error(`There were never ${count} keys`);
}

describe('AUTH_ACCESS_KEY_FILE with a folder', () => {
  it('takes keys that appear and lets go of those that disappear, and no restart', async () => {
    const keys = await temporaryFolder();
    await writeFile(join(keys, '1.pem'), pem());
    const server = await startServer({ AUTH_REFRESH_SECRET, AUTH_ACCESS_KEY_FILE: keys });
    const http = request(server.url);
    const ann = { username: 'ann', password: 'correct horse battery staple' };
    await http.post('/users').send(ann);
    const { body: before } = await http.post('/auth/login').send(ann);
    const [first] = await published(server.url, 1);

    await writeFile(join(keys, '2.pem'), pem());
    const [stillFirst, second] = await published(server.url, 2);
    expect(stillFirst).toBe(first);
    const me = () => http.get('/auth/me').auth(before.access_token, { type: 'bearer' });
    expect((await me()).status).toBe(200);

    await rm(join(keys, '1.pem'));
    expect(await published(server.url, 1)).toEqual([second]);
    expect((await me()).body.error).toBe('invalid_token');
    const { refresh_token } = before;
    const { body: after } = await http.post('/auth/token/refresh').send({ refresh_token });
    const asked = await http.get('/auth/me').auth(after.access_token, { type: 'bearer' });
    expect(asked.status).toBe(200);
    await server.stop();
  }, 60_000);

  it('goes on with its keys, and says so, where a file is broken or none is left', async () => {
    const keys = await temporaryFolder();
    await writeFile(join(keys, '1.pem'), pem());
    const server = await startServer({ AUTH_REFRESH_SECRET, AUTH_ACCESS_KEY_FILE: keys });
    const kids = await published(server.url, 1);
    await writeFile(join(keys, '2.pem'), 'no key');
    await writeFile(join(keys, '3.pem'), pem());
    await published(server.url, 2);
    expect(server.output()).toMatch(/left as they were: \S+2\.pem takes a key as PEM, JWK or JWKS/);
    await rm(join(keys, '2.pem'));
    await rm(join(keys, '3.pem'));
    expect(await published(server.url, 1)).toEqual(kids);
    await rm(join(keys, '1.pem'));
    for (let waited = 0; !server.output().includes('no private key is left'); waited += 250) {
      expect(waited).toBeLessThan(PATIENCE_MS);
      await sleep(250);
    }
    expect(await published(server.url, 1)).toEqual(kids);
    await server.stop();
  }, 60_000);

  /** As the kubelet writes the files of a secret: all of them behind one link, which it swaps. */
  it('takes the keys of a Kubernetes secret that is changed', async () => {
    const keys = await temporaryFolder();
    const old = pem();
    const swapIn = async (version: string, files: Record<string, string>): Promise<void> => {
      await mkdir(join(keys, version));
      for (const [name, text] of Object.entries(files)) {
        await writeFile(join(keys, version, name), text);
        await symlink(join('..data', name), join(keys, name)).catch(() => {});
      }
      await symlink(version, join(keys, '..data_tmp'));
      await rename(join(keys, '..data_tmp'), join(keys, '..data'));
    };
    await swapIn('..2026_01', { '1.pem': old });
    const server = await startServer({ AUTH_REFRESH_SECRET, AUTH_ACCESS_KEY_FILE: keys });
    const [first] = await published(server.url, 1);
    await swapIn('..2026_02', { '1.pem': old, '2.pem': pem() });
    await rm(join(keys, '..2026_01'), { recursive: true });
    expect((await published(server.url, 2))[0]).toBe(first);
    await server.stop();
  }, 60_000);

  it('of previous keys takes and lets go of them as well', async () => {
    const keys = await temporaryFolder();
    const current = join(await temporaryFolder(), 'key.pem');
    await writeFile(current, pem());
    const server = await startServer({
      AUTH_REFRESH_SECRET,
      AUTH_ACCESS_KEY_FILE: current,
      AUTH_ACCESS_KEY_FILE_PREVIOUS: keys,
    });
    const [signs] = await published(server.url, 1);
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await writeFile(join(keys, 'old.json'), JSON.stringify(publicKey.export({ format: 'jwk' })));
    expect((await published(server.url, 2))[0]).toBe(signs);
    await rm(join(keys, 'old.json'));
    expect(await published(server.url, 1)).toEqual([signs]);
    await server.stop();
  }, 60_000);

  it('is refused where none of its files has a private key', async () => {
    const keys = await temporaryFolder();
    const { publicKey } = generateKeyPairSync('ed25519');
    await writeFile(join(keys, '1.json'), JSON.stringify(publicKey.export({ format: 'jwk' })));
    await writeFile(join(keys, '2.pem'), 'no key');
    expect(linesOf({ AUTH_ACCESS_KEY_FILE: keys })).toEqual([
      'AUTH_ACCESS_KEY_FILE takes a folder with a private key in one of its files',
    ]);
  });
});
