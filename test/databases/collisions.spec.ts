import { setTimeout as sleep } from 'node:timers/promises';
import { AuthService, RefreshToken } from 'nestjs-baton';
import type { DataSourceOptions } from 'typeorm';
import {
  pairIn,
  login,
  newcomer,
  postLogin,
  refresh,
  refreshing,
  storm,
} from '../contract/vocabulary.js';
import { OwnMariadb, describeWithOwnMariadb } from '../host/own-mariadb.js';
import { OwnPostgres, describeWithOwnPostgres } from '../host/own-postgres.js';
import { stopOwnServers } from '../host/own-process.js';
import { QuickUsers } from '../host/quick-users.js';
import { type Host, startHost } from '../host/start-host.js';

const AT_ONCE = 30;
const ROOM = 3;
const LONG_ENOUGH_MS = 300;

afterAll(stopOwnServers);

/** Has a transaction of the application change a row, so that whoever else does waits, and collides. */
async function holdRow({ dataSource }: Host, id: string, forMs: number): Promise<void> {
  await dataSource.transaction(async (manager) => {
    await manager.update(RefreshToken, { id }, { userAgent: 'held' });
    await sleep(forMs);
  });
}

const writeNothing = async (): Promise<boolean> => true;

/** @see issue 15: of 30 simultaneous refreshes, 19 were 503 */
function holdsAgainstCollisions(database: () => Promise<DataSourceOptions>): void {
  let host: Host;
  let other: Host;
  beforeAll(async () => {
    const options = {
      database: await database(),
      users: new QuickUsers(),
      auth: { maxSessions: ROOM },
    };
    host = await startHost(options);
    other = await startHost({ ...options, beside: host });
  });
  afterAll(async () => {
    await other.close();
    await host.close();
  });

  it('simultaneous refreshes get one successor', async () => {
    const { refresh_token, session_id } = await login(host);
    const held = holdRow(host, session_id, LONG_ENOUGH_MS);
    const pairs = (await storm([host, other], refresh_token, AT_ONCE)).map(pairIn);
    await held;
    expect(new Set(pairs.map((pair) => pair.refresh_token)).size).toBe(1);
    const [pair] = pairs;
    await refresh(host, pair?.refresh_token ?? '');
  });

  it('simultaneous logins are answered, and maxSessions holds', async () => {
    const user = await newcomer(host);
    const logins = Array.from({ length: AT_ONCE }, (_, index) =>
      postLogin(index % 2 === 0 ? host : other, user),
    );
    const pairs = (await Promise.all(logins)).map(pairIn);
    const answers = await Promise.all(pairs.map((pair) => refreshing(host, pair.refresh_token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(ROOM);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
  });

  it('simultaneous logouts of everything are 204, or 401 for whoever came later', async () => {
    const user = await newcomer(host);
    const pair = await login(host, user);
    const logouts = Array.from({ length: AT_ONCE }, (_, index) =>
      (index % 2 === 0 ? host : other)
        .http()
        .post('/auth/logout/all')
        .auth(pair.access_token, { type: 'bearer' }),
    );
    const statuses = (await Promise.all(logouts)).map(({ status }) => status);
    expect(statuses.filter((status) => status !== 204 && status !== 401)).toEqual([]);
    expect((await refreshing(other, pair.refresh_token)).status).toBe(401);
  });

  it('simultaneous transactions of the application hold, each with the logout in it', async () => {
    const auth = host.app.get(AuthService);
    const users = await Promise.all(Array.from({ length: 10 }, () => newcomer(host)));
    const pairs = await Promise.all(users.map((user) => login(host, user)));
    const done = await Promise.all(
      pairs.map(async ({ access_token }) => {
        const { id } = await auth.authenticate(access_token);
        return auth.revokeSessionsWith(writeNothing, id, 'password_changed');
      }),
    );
    expect(done).toEqual(done.map(() => true));
    for (const pair of pairs) expect((await refreshing(host, pair.refresh_token)).status).toBe(401);
  });
}

describeWithOwnPostgres(() => {
  describe.each(['repeatable read', 'serializable'])('%s', (level) => {
    holdsAgainstCollisions(async () => {
      const server = await OwnPostgres.start({ default_transaction_isolation: level });
      return server.options;
    });
  });
});

describeWithOwnMariadb(() => {
  describe.each([
    ['serializable', ['--transaction-isolation=SERIALIZABLE']],
    ['with snapshots as later versions have them', ['--innodb-snapshot-isolation=ON']],
  ])('%s', (_how, flags) => {
    holdsAgainstCollisions(async () => (await OwnMariadb.start(flags)).options);
  });
});
