import type { DataSource } from 'typeorm';
import { databaseAddress } from '../../src/standalone/environment/database-url.js';
import { openDatabase } from '../../src/standalone/database/database.js';
import { UserLookUp } from '../../src/standalone/users/user-look-up.js';
import { User } from '../../src/standalone/users/user.entity.js';
import { UsersService } from '../../src/standalone/users/users.service.js';
import { type FreshDatabase, describeOnEachDatabase } from '../host/databases.js';

const PASSWORD = 'correct horse battery staple';
const REGISTERED_AT_MS = 1_764_000_000_123;

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

  it('a user is found as it was registered, by id and by name', async () => {
    const user = await users.register('Ånn "o\'Neil"', PASSWORD, REGISTERED_AT_MS);
    expect(user.createdAtMs).toBe(REGISTERED_AT_MS);
    expect(await users.findById(user.id)).toEqual(user);
    expect(
      await users.authenticate({ username: 'ånn "O\'NEIL"', password: PASSWORD, ip: null }),
    ).toEqual(user);
  });

  it('of several users the one that was asked for is found', async () => {
    const bea = await users.register('bea', PASSWORD, REGISTERED_AT_MS);
    const cid = await users.register('cid', PASSWORD, REGISTERED_AT_MS + 1);
    expect(await users.findById(cid.id)).toEqual(cid);
    expect(await users.findById(bea.id)).toEqual(bea);
  });

  it('nobody is found by an id that no user has', async () => {
    expect(await users.findById('0192f0c1-0000-7000-8000-000000000000')).toBeNull();
    expect(await users.findById('')).toBeNull();
  });

  it('every column of the entity is read', async () => {
    const { id } = await users.register('dan', PASSWORD, REGISTERED_AT_MS);
    const found = await new UserLookUp(dataSource, 'id').find(id);
    const properties = dataSource.getMetadata(User).columns.map(({ propertyName }) => propertyName);
    expect(Object.keys(found ?? {}).toSorted()).toEqual(properties.toSorted());
  });
});
