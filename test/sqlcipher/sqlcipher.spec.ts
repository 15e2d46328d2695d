import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PlainDatabase from 'better-sqlite3';
import Database from 'better-sqlite3-multiple-ciphers';
import { storageContract } from '../../src/client/storage/contract.js';
import { sqlcipherStorage } from '../../src/client/storage/sqlcipher.js';

const RAW = randomBytes(32);
const PASSPHRASE = "correct horse'; battery staple";
const SECRET = 'a-secret-value';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-sqlcipher-'));
  path = join(folder, 'app.sqlite');
});
afterEach(() => rm(folder, { recursive: true }));

const open = (key: Uint8Array | string) => sqlcipherStorage({ db: new Database(path), key });

describe('the storage in SQLCipher', () => {
  const contract = storageContract(() => ({ open: () => open(RAW) }));
  it.each(contract)('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined();
  });

  it.each([
    ['a raw key', RAW],
    ['a passphrase', PASSPHRASE],
  ])('reads with %s what was written with it', async (_what, key) => {
    await open(key).write(SECRET);
    expect(await open(key).read()).toBe(SECRET);
  });

  it.each([
    ['another raw key', RAW, randomBytes(32)],
    ['another passphrase', PASSPHRASE, 'Correct horse'],
    ['a passphrase in place of the raw key', RAW, RAW.toString('hex')],
  ])('throws at every verb with %s, rather than being empty', async (_what, key, other) => {
    await open(key).write(SECRET);
    const verbs = [
      () => open(other).read(),
      () => open(other).write('x'),
      () => open(other).remove(),
    ];
    for (const verb of verbs) {
      await expect(Promise.resolve(verb())).rejects.toMatchObject({ code: 'SQLITE_NOTADB' });
    }
    expect(await open(key).read()).toBe(SECRET);
  });

  it('throws where the file is not encrypted, and leaves it as it is', async () => {
    new PlainDatabase(path).exec('CREATE TABLE t (a)').close();
    const before = await readFile(path);
    const reading = Promise.resolve(open(RAW).read());
    await expect(reading).rejects.toMatchObject({ code: 'SQLITE_NOTADB' });
    expect((await readFile(path)).equals(before)).toBe(true);
  });

  it.each(['DELETE', 'WAL', 'PERSIST'])(
    'shows nothing of the value in any file while its journal is %s',
    async (mode) => {
      const db = new Database(path);
      const storage = sqlcipherStorage({ db, key: RAW });
      await storage.write(SECRET);
      db.pragma(`journal_mode = ${mode}`);
      for (let round = 0; round < 5; round += 1) await storage.write(`${SECRET} ${round}`);
      const names = await readdir(folder);
      expect(names.length).toBeGreaterThan(mode === 'DELETE' ? 0 : 1);
      for (const name of names) {
        const bytes = await readFile(join(folder, name));
        for (const readable of [SECRET, 'SQLite format', 'nestjs_baton', RAW.toString('hex')]) {
          expect(bytes.includes(readable)).toBe(false);
        }
        expect(bytes.includes(RAW)).toBe(false);
      }
      db.close();
    },
  );

  it('waits for the disk', () => {
    const db = new Database(path);
    void sqlcipherStorage({ db, key: RAW }).read();
    expect(db.pragma('synchronous', { simple: true })).toBe(2);
  });

  it('does not hand the key to a database that logs', () => {
    const log: unknown[] = [];
    const db = new Database(path, { verbose: (line) => log.push(line) });
    void sqlcipherStorage({ db, key: PASSPHRASE }).read();
    expect(log.length).toBeGreaterThan(0);
    expect(log.join('\n')).not.toContain('battery');
  });

  it.each([
    ['a raw key of another length', randomBytes(16)],
    ['an empty passphrase', ''],
  ])('refuses %s', (_what, key) => {
    expect(() => open(key)).toThrow(RangeError);
  });

  it('refuses a database that cannot encrypt', () => {
    const db = new PlainDatabase(path);
    // @ts-expect-error better-sqlite3 has no key()
    expect(() => sqlcipherStorage({ db, key: RAW })).toThrow(TypeError);
  });
});
