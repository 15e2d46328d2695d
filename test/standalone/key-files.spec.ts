import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readEnvironment } from '../../src/standalone/environment/environment.js';
import { cleanUp, temporaryFolder } from './server-process.js';
import { linesOf } from './environment-lines.js';
import { SECRETS } from './secrets.js';

afterAll(cleanUp);

describe('the environment', () => {
  /** @see issue 11 */
  it('names a key file that is not there as such', async () => {
    const file = join(await temporaryFolder(), 'nowhere.pem');
    expect(linesOf({ AUTH_ACCESS_KEY_FILE: file })).toEqual([
      'AUTH_ACCESS_KEY_FILE takes a file that can be read: there is no such file',
    ]);
  });

  /** @see issue 11 */
  it('names the kind of a key that cannot sign', async () => {
    const file = join(await temporaryFolder(), 'pss.pem');
    const { privateKey } = generateKeyPairSync('rsa-pss', { modulusLength: 1024 });
    await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    expect(linesOf({ AUTH_ACCESS_KEY_FILE: file })).toEqual([
      expect.stringMatching(/^AUTH_ACCESS_KEY_FILE takes an RSA key .* this one is rsa-pss/),
    ]);
  });

  it('takes a PEM private key in place of the access secret', async () => {
    const folder = await temporaryFolder();
    for (const pair of [
      generateKeyPairSync('rsa', { modulusLength: 2048 }),
      generateKeyPairSync('rsa-pss', { modulusLength: 2048 }),
      generateKeyPairSync('ed25519'),
      generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    ]) {
      const file = join(folder, 'key.pem');
      await writeFile(file, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
      const { AUTH_REFRESH_SECRET } = SECRETS;
      const variables = { NODE_ENV: 'production', AUTH_REFRESH_SECRET, AUTH_ACCESS_KEY_FILE: file };
      expect(readEnvironment(variables).secrets).toHaveProperty('accessPrivateKey');
    }
  });

  it('takes previous keys beside it, private or public, in every form', async () => {
    const folder = await temporaryFolder();
    const [current, previous, oldest] = [1, 2, 3].map(() => generateKeyPairSync('ed25519'));
    const files = {
      current: join(folder, '1'),
      previous: join(folder, '2'),
      oldest: join(folder, '3'),
    };
    await writeFile(
      files.current,
      current?.privateKey.export({ type: 'pkcs8', format: 'pem' }) ?? '',
    );
    await writeFile(files.previous, JSON.stringify(previous?.privateKey.export({ format: 'jwk' })));
    const keys = [oldest?.publicKey.export({ format: 'jwk' })];
    await writeFile(files.oldest, JSON.stringify({ keys }));
    const given = {
      AUTH_REFRESH_SECRET: SECRETS.AUTH_REFRESH_SECRET,
      AUTH_ACCESS_KEY_FILE: files.current,
      AUTH_ACCESS_KEY_FILE_PREVIOUS: `${files.previous}, ${files.oldest}`,
    };
    expect(readEnvironment(given).secrets).toHaveProperty('accessPrivateKey.length', 3);
    expect(linesOf({ AUTH_ACCESS_KEY_FILE: files.oldest })).toEqual([
      'AUTH_ACCESS_KEY_FILE takes a private key, and this one is public',
    ]);
    expect(linesOf({ AUTH_ACCESS_KEY_FILE_PREVIOUS: files.oldest })).toEqual([
      'AUTH_ACCESS_KEY_FILE_PREVIOUS takes the current key in AUTH_ACCESS_KEY_FILE',
    ]);
    expect(
      linesOf({ ...given, AUTH_ACCESS_KEY_FILE_PREVIOUS: `${files.oldest},nowhere.pem` }),
    ).toEqual([
      'AUTH_ACCESS_KEY_FILE_PREVIOUS takes a file that can be read: there is no such file',
    ]);
  });
});
