import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import Database from 'better-sqlite3';
import { UnavailableError } from '../errors.js';
import { SharedCommit } from './shared-commit.js';

const RENAME = 'UPDATE runner SET name = ? WHERE name = ?';
const NAMES = 'SELECT name FROM runner ORDER BY name';

const folder = mkdtempSync(join(tmpdir(), 'baton-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Two runners in a table of their own, and what was executed since. */
function race(file = ':memory:', timeout = 0) {
  const executed: string[] = [];
  const verbose = (sql: unknown) => executed.push(String(sql));
  const connection = new Database(file, { verbose, timeout });
  connection.exec('DROP TABLE IF EXISTS runner; CREATE TABLE runner (name TEXT UNIQUE)');
  connection.exec("INSERT INTO runner VALUES ('ann'), ('bob')");
  executed.length = 0;
  const names = () => connection.prepare(NAMES).pluck().all();
  const shared = new SharedCommit(connection);
  const rename = async (from: string, to: string) =>
    (await shared.run(RENAME, [to, from])).affected;
  return { connection, executed, names, shared, rename };
}

/** A race on a file that somebody else has locked. */
function lockedRace(timeout: number) {
  const file = join(folder, 'locked.sqlite');
  const here = race(file, timeout);
  const elsewhere = new Database(file);
  elsewhere.exec('BEGIN EXCLUSIVE');
  return { ...here, unlock: () => elsewhere.exec('ROLLBACK').close() };
}

/** Which statements began and ended transactions. */
const framesOf = (executed: readonly string[]): string[] =>
  executed.filter((sql) => /^(BEGIN|COMMIT|ROLLBACK)/.test(sql));

const turnOfTheLoop = () => new Promise((resolve) => setImmediate(resolve));

describe('those who write within one turn of the event loop', () => {
  it('share a commit', async () => {
    const { rename, executed, names } = race();
    await Promise.all([rename('ann', 'amy'), rename('bob', 'ben')]);
    expect(framesOf(executed)).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
    expect(names()).toEqual(['amy', 'ben']);
  });

  it('are told what each changed: of two who want the same row the first has it', async () => {
    const { rename, names } = race();
    expect(await Promise.all([rename('ann', 'amy'), rename('ann', 'eve')])).toEqual([1, 0]);
    expect(names()).toEqual(['amy', 'bob']);
  });

  it('share it although they write what they select', async () => {
    const { shared, rename, executed } = race();
    const copy = "INSERT INTO runner SELECT name || ' II' FROM runner WHERE name = 'bob'";
    await Promise.all([rename('ann', 'amy'), shared.run(copy, [])]);
    expect(framesOf(executed)).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
  });

  it('do not fail when another one does', async () => {
    const { rename, names } = race();
    const settled = await Promise.allSettled([rename('ann', 'bob'), rename('bob', 'ben')]);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(names()).toEqual(['ann', 'ben']);
  });

  it('are all told when the commit fails, and nothing is changed or left open', async () => {
    const { connection, shared, rename, names } = race();
    connection.exec(
      'CREATE TABLE race (runner TEXT REFERENCES runner (name) DEFERRABLE INITIALLY DEFERRED)',
    );
    const enter = () => shared.run('INSERT INTO race VALUES (?)', ['nobody']);
    const settled = await Promise.allSettled([enter(), enter()]);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(connection.inTransaction).toBe(false);
    expect(connection.prepare('SELECT * FROM race').all()).toEqual([]);
    expect(await rename('ann', 'amy')).toBe(1);
    expect(names()).toEqual(['amy', 'bob']);
  });
});

/** @see issue 11 */
describe('while the application has a transaction open', () => {
  it('nothing is written or read, and everything when it is over', async () => {
    const { connection, shared, rename, names } = race();
    connection.exec("BEGIN; UPDATE runner SET name = 'eve' WHERE name = 'ann'");
    const answers = Promise.all([rename('bob', 'ben'), shared.run(NAMES, [])]);
    await turnOfTheLoop();
    expect(names()).toEqual(['bob', 'eve']);
    connection.exec('ROLLBACK');
    const [changed, { records }] = await answers;
    expect(changed).toBe(1);
    expect(records).toContainEqual({ name: 'ann' });
    expect(names()).toEqual(['ann', 'ben']);
  });

  it('whoever comes in one turn or another shares the commit at its end', async () => {
    const { connection, rename, executed } = race();
    connection.exec('BEGIN');
    const first = rename('ann', 'amy');
    await turnOfTheLoop();
    const second = rename('bob', 'ben');
    connection.exec('COMMIT');
    executed.length = 0;
    expect(await Promise.all([first, second])).toEqual([1, 1]);
    expect(framesOf(executed)).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
  });

  it('whoever is told of its end need not look for it: the next may begin at once', async () => {
    const { connection, shared, rename } = race();
    connection.exec('BEGIN');
    const renamed = rename('ann', 'amy');
    await turnOfTheLoop();
    connection.exec('ROLLBACK');
    shared.serve();
    connection.exec('BEGIN');
    expect(await renamed).toBe(1);
    connection.exec('ROLLBACK');
  });
});

/** @see issue 11 */
describe('while another process has the file locked', () => {
  it('a statement waits, and the event loop goes on', async () => {
    const { rename, shared, names, unlock, connection } = lockedRace(5_000);
    const answers = Promise.all([rename('ann', 'amy'), shared.run(NAMES, [])]);
    const startedMs = performance.now();
    for (let turns = 0; turns < 5; turns += 1) await new Promise((done) => setTimeout(done, 10));
    expect(performance.now() - startedMs).toBeLessThan(1_000);
    unlock();
    expect((await answers)[0]).toBe(1);
    expect(names()).toEqual(['amy', 'bob']);
    connection.close();
  });

  it('a statement that only reads does not wait for one that writes, where the log lets it', async () => {
    const { rename, shared, connection } = race(join(folder, 'log.sqlite'));
    connection.pragma('journal_mode = WAL');
    const elsewhere = new Database(join(folder, 'log.sqlite'));
    elsewhere.exec('BEGIN EXCLUSIVE');
    const renamed = rename('ann', 'amy');
    expect((await shared.run(NAMES, [])).records).toEqual([{ name: 'ann' }, { name: 'bob' }]);
    elsewhere.exec('ROLLBACK').close();
    expect(await renamed).toBe(1);
    connection.close();
  });

  it('the host finds its own patience as it set it', async () => {
    const { rename, unlock, connection } = lockedRace(1_234);
    const renamed = rename('ann', 'amy');
    await turnOfTheLoop();
    expect(connection.pragma('busy_timeout', { simple: true })).toBe(1_234);
    unlock();
    await renamed;
    expect(connection.pragma('busy_timeout', { simple: true })).toBe(1_234);
    connection.close();
  });
});

it('rows that the host is still reading are waited for', async () => {
  const { connection, rename } = race();
  const rows = connection.prepare(NAMES).iterate();
  rows.next();
  const renamed = rename('ann', 'amy');
  await turnOfTheLoop();
  rows.return?.();
  expect(await renamed).toBe(1);
});

it('a statement that one alone asks for needs no transaction', async () => {
  const { rename, executed } = race();
  expect(await rename('ann', 'amy')).toBe(1);
  expect(framesOf(executed)).toEqual([]);
});

it('a statement is prepared once, however often it runs', async () => {
  const { connection, rename } = race();
  const prepared = jest.spyOn(connection, 'prepare');
  await rename('ann', 'amy');
  await rename('amy', 'ann');
  expect(prepared.mock.calls).toEqual([[RENAME]]);
});

it('where nobody waits nothing is done, and where the host waits for no lock nothing is set', async () => {
  const { shared, rename, executed } = race();
  shared.serve();
  expect(executed).toEqual([]);
  await rename('ann', 'amy');
  expect(executed).toEqual([
    'PRAGMA busy_timeout',
    RENAME.replace('?', "'amy'").replace('?', "'ann'"),
  ]);
});

it('a statement in the next turn has a commit of its own', async () => {
  const { rename, executed } = race();
  await Promise.all([rename('ann', 'amy'), rename('bob', 'ben')]);
  await Promise.all([rename('amy', 'ann'), rename('ben', 'bob')]);
  expect(framesOf(executed)).toEqual(['BEGIN IMMEDIATE', 'COMMIT', 'BEGIN IMMEDIATE', 'COMMIT']);
});

it('a statement that finds the connection closed is no fault of the statement', async () => {
  const { connection, rename } = race();
  const renamed = rename('ann', 'amy');
  connection.close();
  await expect(renamed).rejects.toBeInstanceOf(UnavailableError);
});
