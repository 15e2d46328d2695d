import { DataSource } from 'typeorm';
import { CreateUsers1764000000001 } from '../../src/standalone/database/migrations/1764000000001-create-users.js';
import { User } from '../../src/standalone/users/user.entity.js';
import { UsersService } from '../../src/standalone/users/users.service.js';
import { type FreshDatabase, describeOnEachDatabase } from '../host/databases.js';
import { Notebook, planOf } from './query-plan.js';

const USERS = 5_000;
const AT_ONCE = 100;

const userAt = (index: number): User => ({
  id: `0192f0c1-0000-7000-8000-${String(index).padStart(12, '0')}`,
  username: `user ${index}`,
  usernameHash: String(index).padStart(64, '0'),
  passwordHash: 'hash',
  createdAtMs: 1_767_225_600_000,
});

const ANN = userAt(1);

/** What each verb of the users sends; a registration adds a row and looks as a login does. */
const VERBS: Omit<
  Record<keyof UsersService, (users: UsersService) => Promise<unknown>>,
  'register' | 'replacePassword'
> = {
  findById: (users) => users.findById(ANN.id),
  authenticate: (users) => users.authenticate({ username: 'ann', password: 'password', ip: null }),
  isCurrent: (users) => users.isCurrent(ANN),
};

/** @see issue 15 */
describeOnEachDatabase((kind) => {
  let database: FreshDatabase;
  let source: DataSource;
  let users: UsersService;
  const notebook = new Notebook();

  beforeAll(async () => {
    database = await kind.create();
    source = await new DataSource({
      ...database.options,
      entities: [User],
      migrations: [CreateUsers1764000000001],
      migrationsRun: true,
      logger: notebook,
    }).initialize();
    users = new UsersService(source);
    for (let first = 0; first < USERS; first += AT_ONCE) {
      const rows = Array.from({ length: AT_ONCE }, (_, place) => userAt(first + place));
      await source.manager.insert(User, rows);
    }
    await source.query(kind.name === 'mariadb' ? 'ANALYZE TABLE users' : 'ANALYZE users');
  });

  afterAll(async () => {
    await source.destroy();
    await database.drop();
  });

  async function scansDuring(work: () => Promise<unknown>): Promise<string[]> {
    const sent = await notebook.during('users', work);
    if (sent.length === 0) throw new Error('Nothing was sent');
    const scans: string[] = [];
    for (const statement of sent) {
      if ((await planOf(source, statement)).isScan) scans.push(statement.sql);
    }
    return scans;
  }

  it.each(Object.entries(VERBS))('%s goes by an index of the users', async (_name, verb) => {
    expect(await scansDuring(() => verb(users))).toEqual([]);
  });

  it('a change of the password goes by an index of the users', async () => {
    const scans = await scansDuring(() =>
      users.replacePassword(ANN, 'another hash', source.manager),
    );
    expect(scans).toEqual([]);
  });
});
