import Database from 'better-sqlite3';
import { SharedCommit } from './shared-commit.js';

const RENAME = 'UPDATE runner SET name = ? WHERE name = ?';

/** Two runners in a table of their own, and what was executed since. */
function race() {
  const executed: string[] = [];
  const connection = new Database(':memory:', { verbose: (sql) => executed.push(String(sql)) });
  connection.exec('CREATE TABLE runner (name TEXT UNIQUE)');
  connection.exec("INSERT INTO runner VALUES ('ann'), ('bob')");
  executed.length = 0;
  const names = () => connection.prepare('SELECT name FROM runner ORDER BY name').pluck().all();
  return { connection, executed, names, shared: new SharedCommit(connection, RENAME) };
}

/** Which statements began and ended transactions. */
const framesOf = (executed: readonly string[]): string[] =>
  executed.filter((sql) => !sql.startsWith('UPDATE'));

describe('a statement that several ask for within one turn of the event loop', () => {
  it('is committed once for all of them', async () => {
    const { shared, executed, names } = race();
    await Promise.all([shared.run(['amy', 'ann']), shared.run(['ben', 'bob'])]);
    expect(framesOf(executed)).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
    expect(names()).toEqual(['amy', 'ben']);
  });

  it('tells each what it changed: of two who want the same row the first has it', async () => {
    const { shared, names } = race();
    const changes = await Promise.all([shared.run(['amy', 'ann']), shared.run(['eve', 'ann'])]);
    expect(changes).toEqual([1, 0]);
    expect(names()).toEqual(['amy', 'bob']);
  });

  it('fails for everybody when it fails for one, and changes nothing', async () => {
    const { shared, names } = race();
    const settled = await Promise.allSettled([
      shared.run(['amy', 'ann']),
      shared.run(['amy', 'bob']),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(names()).toEqual(['ann', 'bob']);
  });

  it('takes part in a transaction that the host has open, and leaves its end to the host', async () => {
    const { connection, shared, executed, names } = race();
    connection.exec('BEGIN');
    await Promise.all([shared.run(['amy', 'ann']), shared.run(['ben', 'bob'])]);
    expect(framesOf(executed)).not.toContain('COMMIT');
    connection.exec('ROLLBACK');
    expect(names()).toEqual(['ann', 'bob']);
  });
});

it('a statement that one alone asks for needs no transaction', async () => {
  const { shared, executed } = race();
  expect(await shared.run(['amy', 'ann'])).toBe(1);
  expect(framesOf(executed)).toEqual([]);
});

it('a statement in the next turn has a commit of its own', async () => {
  const { shared, executed } = race();
  await Promise.all([shared.run(['amy', 'ann']), shared.run(['ben', 'bob'])]);
  await Promise.all([shared.run(['ann', 'amy']), shared.run(['bob', 'ben'])]);
  expect(framesOf(executed)).toEqual(['BEGIN IMMEDIATE', 'COMMIT', 'BEGIN IMMEDIATE', 'COMMIT']);
});

it('a statement on a closed connection fails, and says why', async () => {
  const { connection, shared } = race();
  connection.close();
  await expect(shared.run(['amy', 'ann'])).rejects.toThrow('The database connection is not open');
});
