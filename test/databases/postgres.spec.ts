import { databaseAddress } from '../../src/standalone/environment/database-url.js';
import { openDatabase } from '../../src/standalone/database/database.js';
import { OwnPostgres, describeWithOwnPostgres } from '../host/own-postgres.js';
import { OwnPgBouncer, describeWithOwnPgBouncer } from '../host/own-pgbouncer.js';
import { stopOwnServers } from '../host/own-process.js';
import { startInProcess, stopAll } from '../standalone/server-in-process.js';
import { get, post, signUp } from '../standalone/vocabulary.js';

afterAll(async () => {
  await stopAll();
  await stopOwnServers();
});

// @see issue 11: PgBouncer and RDS Proxy refuse `statement_timeout` as a start parameter, and the start died.
describeWithOwnPgBouncer(() => {
  describe.each(['session', 'transaction'] as const)('that pools by %s', (poolMode) => {
    let postgres: OwnPostgres;
    let url: string;

    beforeAll(async () => {
      postgres = await OwnPostgres.start();
      const { url: DATABASE_URL } = await OwnPgBouncer.start(postgres, poolMode);
      ({ url } = await startInProcess({ DATABASE_URL }));
    });

    const refresh = (refresh_token: unknown) =>
      post(`${url}/auth/token/refresh`, { refresh_token });

    it('sessions are opened and rotate, fifty presentations at once to one successor', async () => {
      const { pair } = await signUp(url);
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => refresh(pair['refresh_token'])),
      );
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      const successors = new Set(answers.map(({ body }) => body['refresh_token']));
      expect(successors.size).toBe(1);
      expect((await refresh(Array.from(successors)[0])).status).toBe(200);
      expect((await get(`${url}/health`)).status).toBe(200);
    });

    it('a statement that waits for a lock is given up within 8 s, and the next one is served', async () => {
      let token = (await signUp(url)).pair['refresh_token'];
      const locked = postgres.tell('LOCK TABLE refresh_tokens; SELECT pg_sleep(9)');
      const askedMs = performance.now();
      let answer = await refresh(token);
      for (; answer.status === 200; answer = await refresh(token)) {
        token = answer.body['refresh_token'];
      }
      expect(answer.status).toBe(503);
      expect(performance.now() - askedMs).toBeLessThan(8500);
      await locked;
      expect((await refresh(token)).status).toBe(200);
    });

    it('leaves no setting behind on the connections that others get', async () => {
      const settings = await postgres.tell(
        `SELECT count(*)::int AS told FROM pg_stat_activity WHERE query ILIKE '%set statement_timeout%'
          AND pid <> pg_backend_pid()`,
      );
      expect(settings).toEqual([{ told: 0 }]);
    });
  });
});

describeWithOwnPostgres(() => {
  it('PostgreSQL itself gives a statement up after five seconds', async () => {
    const postgres = await OwnPostgres.start();
    const dataSource = await openDatabase(databaseAddress(postgres.url));
    expect(await dataSource.query('SHOW statement_timeout')).toEqual([{ statement_timeout: '5s' }]);
    await dataSource.destroy();
  });

  it('is reached over its Unix socket', async () => {
    const postgres = await OwnPostgres.start();
    const { socketFolder, port } = postgres;
    const url = `postgres://postgres@/postgres?host=${socketFolder}&port=${port}`;
    const dataSource = await openDatabase(databaseAddress(url));
    expect(await dataSource.query('SELECT inet_server_addr() AS address')).toEqual([
      { address: null },
    ]);
    await dataSource.destroy();
  });
});
