import { AuthService, RefreshToken } from 'nestjs-baton';
import * as batonMigrations from 'nestjs-baton/migrations';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { AlignUsers1764000000004 } from '../../src/standalone/database/migrations/1764000000004-align-users.js';
import { CreateUsers1764000000001 } from '../../src/standalone/database/migrations/1764000000001-create-users.js';
import { User } from '../../src/standalone/users/user.entity.js';
import { isAlive, login, pairIn, postLogin, rowOf, sessions } from '../contract/vocabulary.js';
import { pendingStatements } from '../guest/pending-statements.js';
import { type DatabaseKind, describeOnEachDatabase } from '../host/databases.js';
import { startHost } from '../host/start-host.js';

const { CreateRefreshTokens1764000000000 } = batonMigrations;

const PHONE = 'My 📱 Ж';

const MIGRATED = { migrations: Object.values(batonMigrations), migrationsRun: true };
const SYNCHRONIZED = { migrations: [], migrationsRun: false, synchronize: true };

/** Runs statements on a connection of their own. */
async function tell(options: DataSourceOptions, ...statements: string[]): Promise<void> {
  const dataSource = await new DataSource(options).initialize();
  for (const statement of statements) await dataSource.query(statement);
  await dataSource.destroy();
}

/** The table as the first release made it, which took the database's default for its text. */
const OF_THE_FIRST_RELEASE = [
  `CREATE TABLE refresh_tokens (
    id varchar(36) NOT NULL, user_id varchar(255) NOT NULL, token_hash varchar(43) NOT NULL,
    generation integer NOT NULL, parent_generation integer NULL, sealed_successor varchar(255) NULL,
    created_at bigint NOT NULL, rotated_at bigint NOT NULL, confirmed_at bigint NULL,
    expires_at bigint NOT NULL, absolute_expires_at bigint NOT NULL, revoked_at bigint NULL,
    revoked_reason varchar(64) NULL, ip varchar(45) NULL, user_agent varchar(255) NULL,
    device_name varchar(128) NULL, PRIMARY KEY (id))`,
  'CREATE INDEX idx_refresh_tokens_user_id ON refresh_tokens (user_id)',
  'CREATE INDEX idx_refresh_tokens_revoked_at ON refresh_tokens (revoked_at)',
  'CREATE INDEX idx_refresh_tokens_absolute_expires_at ON refresh_tokens (absolute_expires_at)',
];

/** @see issue 11 */
describeOnEachDatabase((kind) => {
  if (kind.name !== 'sqlite memory') {
    it('a table of the first release becomes one of this, with its sessions', async () => {
      const database = await kind.create();
      await tell(database.options, ...OF_THE_FIRST_RELEASE);
      await tell(
        database.options,
        `INSERT INTO refresh_tokens VALUES ('s', '1', 'h', 0, NULL, NULL, 1767225600000, 1767225600000, NULL, 1767312000000,
          1767312000000, NULL, NULL, NULL, NULL, NULL)`,
      );
      const host = await startHost({ database: Object.assign({}, database.options, MIGRATED) });
      expect(await pendingStatements(host.dataSource)).toEqual([]);
      expect(await host.app.get(AuthService).sessions('1')).toHaveLength(1);
      expect(await isAlive(host, await login(host))).toBe(true);
      await host.close();
      await database.drop();
    });
  }
  if (kind.name === 'mariadb') describeOnMysql(kind);
  if (kind.name === 'postgres') describeOnPostgres(kind);
});

function describeOnMysql(kind: DatabaseKind): void {
  describe.each(['latin1', 'utf8mb3'])('in a database of %s', (characterSet) => {
    it.each([
      ['migrates', { ...MIGRATED, migrations: [CreateRefreshTokens1764000000000] }],
      ['synchronizes', SYNCHRONIZED],
    ])('a host that %s takes text of every language', async (_how, schema) => {
      const database = await kind.create();
      await tell(database.options, `ALTER DATABASE CHARACTER SET ${characterSet}`);
      const host = await startHost({ database: Object.assign({}, database.options, schema) });
      const pair = pairIn(await postLogin(host, { device_name: PHONE }));
      const [session] = await sessions(host, pair.access_token);
      expect(session?.device_name).toBe(PHONE);
      await host.app.get(AuthService).revokeSessions('1', PHONE);
      expect((await rowOf(host, pair)).revokedReason).toBe(PHONE);
      await host.close();
      await database.drop();
    });

    it('a table from before is converted', async () => {
      const database = await kind.create();
      await tell(database.options, `ALTER DATABASE CHARACTER SET ${characterSet}`);
      await tell(database.options, ...OF_THE_FIRST_RELEASE);
      const host = await startHost({ database: Object.assign({}, database.options, MIGRATED) });
      const pair = pairIn(await postLogin(host, { device_name: PHONE }));
      expect((await rowOf(host, pair)).deviceName).toBe(PHONE);
      await host.close();
      await database.drop();
    });

    it("the standalone server's users have names of every language", async () => {
      const database = await kind.create();
      await tell(
        database.options,
        `ALTER DATABASE CHARACTER SET ${characterSet}`,
        'CREATE TABLE users (id varchar(36) PRIMARY KEY, username varchar(128), username_hash varchar(64), password_hash varchar(255), created_at bigint)',
      );
      const migrations = [CreateUsers1764000000001, AlignUsers1764000000004];
      const options = { entities: [User], migrations, migrationsRun: true };
      const dataSource = new DataSource(Object.assign({}, database.options, options));
      const users = (await dataSource.initialize()).getRepository(User);
      const user = { id: '1', username: PHONE, usernameHash: '', passwordHash: '', createdAtMs: 0 };
      await users.insert(user);
      expect((await users.findOneByOrFail({ id: '1' })).username).toBe(PHONE);
      await dataSource.destroy();
      await database.drop();
    });
  });

  it('what a table from before has no character for is an invalid request', async () => {
    const database = await kind.create();
    await tell(database.options, `ALTER DATABASE CHARACTER SET latin1`);
    await tell(database.options, ...OF_THE_FIRST_RELEASE);
    const host = await startHost({ database: Object.assign({}, database.options, SYNCHRONIZED) });
    const { status, body } = await postLogin(host, { device_name: PHONE });
    expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_request' });
    const listing = host.app.get(AuthService).sessions(PHONE);
    await expect(listing).rejects.toMatchObject({ code: 'invalid_request' });
    await host.close();
    await database.drop();
  });

  it('users whose ids differ in case or spaces at the end are different users', async () => {
    const database = await kind.create();
    const host = await startHost({ database: database.options });
    const auth = host.app.get(AuthService);
    for (const id of ['ann', 'Ann', 'ann ', 'ánn']) await auth.openSession({ id, username: id });
    await auth.revokeSessions('ann');
    const rows = await host.dataSource.getRepository(RefreshToken).find();
    const revoked = rows.filter(({ revokedAtMs }) => revokedAtMs !== null);
    expect(revoked.map(({ userId }) => userId)).toEqual(['ann']);
    await host.close();
    await database.drop();
  });
}

function describeOnPostgres(kind: DatabaseKind): void {
  /** A host on a database of another encoding beside the one that is there. */
  async function inEncoding(encoding: string) {
    const beside = await kind.create();
    const database = `${String(beside.options.database)}_${encoding.toLowerCase()}`;
    const how = `ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`;
    await tell(beside.options, `CREATE DATABASE ${database} ${how}`);
    const host = await startHost({ database: Object.assign({}, beside.options, { database }) });
    const end = async () => {
      await host.close();
      await tell(beside.options, `DROP DATABASE ${database}`);
      await beside.drop();
    };
    return { host, end };
  }

  it('what the encoding of the database has no character for is an invalid request', async () => {
    const { host, end } = await inEncoding('LATIN1');
    const { status, body } = await postLogin(host, { device_name: PHONE });
    expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_request' });
    expect((await postLogin(host, { device_name: "Ann's Füße" })).status).toBe(200);
    await end();
  });

  it('an encoding that is none takes everything', async () => {
    const { host, end } = await inEncoding('SQL_ASCII');
    const pair = pairIn(await postLogin(host, { device_name: PHONE }));
    expect((await rowOf(host, pair)).deviceName).toBe(PHONE);
    await end();
  });
}
