import { jest } from '@jest/globals';
import { type DataSource, EntityManager } from 'typeorm';
import { databaseAddress } from '../../src/standalone/environment/database-url.js';
import { openDatabase } from '../../src/standalone/database/database.js';
import { UserLookUp } from '../../src/standalone/users/user-look-up.js';
import { User } from '../../src/standalone/users/user.entity.js';
import { type Registration, UsersService } from '../../src/standalone/users/users.service.js';
import { type FreshDatabase, describeOnEachDatabase } from '../host/databases.js';

const PASSWORD = 'correct horse battery staple';
const REGISTERED_AT_MS = 1_764_000_000_123;

/** A registration. */
function by(username: string, changes: Partial<Registration> = {}): Registration {
  const nowMs = REGISTERED_AT_MS;
  return { username, password: PASSWORD, nowMs, idempotencyKey: null, ...changes };
}

/** The next row is written, and nobody hears of it. */
function loseAnswerOfNextInsert(): void {
  const insert: unknown = Reflect.get(EntityManager.prototype, 'insert');
  if (typeof insert !== 'function') throw new Error('An entity manager inserts');
  jest.spyOn(EntityManager.prototype, 'insert').mockImplementationOnce(async function (
    this: EntityManager,
    ...given
  ) {
    await Reflect.apply(insert, this, given);
    throw new Error('Connection terminated unexpectedly');
  });
}

/** @see issue 12 */
describeOnEachDatabase((kind) => {
  let database: FreshDatabase;
  let dataSource: DataSource;
  let users: UsersService;

  beforeAll(async () => {
    database = await kind.create();
    dataSource = await openDatabase(databaseAddress(database.url));
    users = new UsersService(dataSource);
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  /** @see issue 16 */
  it('a new database has no users', async () => {
    expect(await dataSource.getRepository(User).count()).toBe(0);
  });

  it('a user is found as it was registered, by id and by name', async () => {
    const user = await users.register(by('Ånn "o\'Neil"'));
    expect(user.createdAtMs).toBe(REGISTERED_AT_MS);
    expect(await users.findById(user.id)).toEqual(user);
    expect(
      await users.authenticate({ username: 'ånn "O\'NEIL"', password: PASSWORD, ip: null }),
    ).toEqual(user);
  });

  /** @see issue 15 */
  it('a registration that was done without an answer is no taken name to who repeats it', async () => {
    loseAnswerOfNextInsert();
    const user = await users.register(by('dee'));
    expect(await users.findById(user.id)).toEqual(user);
    expect(await users.register(by('dee', { nowMs: REGISTERED_AT_MS + 1 }))).toEqual(user);
    const byAnother = users.register(by('dee', { password: 'another password' }));
    await expect(byAnother).rejects.toThrow('Username is already taken');
  });

  it('a registration that was answered is a taken name, by whatever password', async () => {
    await users.register(by('eve'));
    const again = users.register(by('eve', { nowMs: REGISTERED_AT_MS + 1 }));
    await expect(again).rejects.toThrow('Username is already taken');
  });

  it('a registration with a key is repeated at any instance, whenever, by the same password', async () => {
    const idempotencyKey = 'a key of the client';
    const user = await users.register(by('fay', { idempotencyKey }));
    const elsewhere = new UsersService(dataSource);
    const later = { idempotencyKey, nowMs: REGISTERED_AT_MS + 86_400_000 };
    expect(await elsewhere.register(by('fay', later))).toEqual(user);
    for (const other of [
      { ...later, idempotencyKey: 'a key of another' },
      { ...later, idempotencyKey: null },
      { ...later, password: 'another password' },
    ]) {
      await expect(elsewhere.register(by('fay', other))).rejects.toThrow(
        'Username is already taken',
      );
    }
    expect((await users.register(by('gil', { idempotencyKey }))).id).not.toBe(user.id);
  });

  it('of several users the one that was asked for is found', async () => {
    const bea = await users.register(by('bea'));
    const cid = await users.register(by('cid', { nowMs: REGISTERED_AT_MS + 1 }));
    expect(await users.findById(cid.id)).toEqual(cid);
    expect(await users.findById(bea.id)).toEqual(bea);
  });

  it('nobody is found by an id that no user has', async () => {
    expect(await users.findById('0192f0c1-0000-7000-8000-000000000000')).toBeNull();
    expect(await users.findById('')).toBeNull();
  });

  /** @see issue 16 */
  it('of a user nothing is kept but names, the hash of the password and the moment of registration', () => {
    const columns = dataSource.getMetadata(User).columns.map(({ databaseName }) => databaseName);
    expect(columns.toSorted()).toEqual([
      'created_at',
      'id',
      'password_hash',
      'username',
      'username_hash',
    ]);
  });

  it('every column of the entity is read', async () => {
    const { id } = await users.register(by('dan'));
    const found = await new UserLookUp(dataSource, 'id').find(id);
    const properties = dataSource.getMetadata(User).columns.map(({ propertyName }) => propertyName);
    expect(Object.keys(found ?? {}).toSorted()).toEqual(properties.toSorted());
  });
});
