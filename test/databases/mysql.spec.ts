import { jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { databaseAddress } from '../../src/standalone/environment/database-url.js';
import { dataSourceOptions, openDatabase } from '../../src/standalone/database/database.js';
import { OwnMariadb, describeWithOwnMariadb } from '../host/own-mariadb.js';
import { stopOwnServers } from '../host/own-process.js';
import { startInProcess, stopAll } from '../standalone/server-in-process.js';
import { PASSWORD, bearer, get, post, signUp } from '../standalone/vocabulary.js';

const folder = mkdtempSync(join(tmpdir(), 'baton-tls-'));
chmodSync(folder, 0o755);

afterAll(async () => {
  await stopAll();
  await stopOwnServers();
  rmSync(folder, { recursive: true });
});

/** A certificate that signs itself. @returns the files of its key and of itself */
function selfSigned(host: string) {
  const [key, cert] = [join(folder, `${host}.key`), join(folder, `${host}.pem`)];
  const files = ['-keyout', key, '-out', cert];
  const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...subject], {
    stdio: 'pipe',
  });
  chmodSync(key, 0o644);
  return { key, cert };
}

/** Opens the database as the server does, and asks it something. */
async function ask(url: string, sql: string): Promise<Record<string, unknown>> {
  const dataSource = await openDatabase(databaseAddress(url));
  try {
    const [row] = await dataSource.query(sql);
    return row;
  } finally {
    await dataSource.destroy();
  }
}

const ENDLESS = 'SELECT COUNT(*) FROM seq_1_to_1000000000 a, seq_1_to_1000000000 b';
const CIPHER = `SHOW STATUS LIKE 'Ssl_cipher'`;

describeWithOwnMariadb(() => {
  describe('whose certificate signs itself', () => {
    let server: OwnMariadb;
    const genuine = selfSigned('localhost');
    const foreign = selfSigned('elsewhere');
    const connect = (parameters: string, host = 'localhost') =>
      ask(server.url({ parameters, host }), CIPHER);

    beforeAll(async () => {
      server = await OwnMariadb.start([`--ssl-cert=${genuine.cert}`, `--ssl-key=${genuine.key}`]);
    });

    // @see issue 11: `ssl-mode` in the URL was passed over, and the password travelled in clear.
    it.each(['ssl-mode=REQUIRED', 'sslmode=require'])('%s encrypts', async (parameters) => {
      expect((await connect(parameters))['Value']).toMatch(/^TLS_/);
    });

    it.each(['', 'ssl-mode=DISABLED'])('nothing is encrypted with "%s"', async (parameters) => {
      expect((await connect(parameters))['Value']).toBe('');
    });

    it('VERIFY_CA and VERIFY_IDENTITY take the certificate that signed it', async () => {
      const ca = `ssl-ca=${genuine.cert}`;
      expect((await connect(`ssl-mode=VERIFY_CA&${ca}`, '127.0.0.1'))['Value']).toMatch(/^TLS_/);
      expect((await connect(`ssl-mode=VERIFY_IDENTITY&${ca}`))['Value']).toMatch(/^TLS_/);
    });

    it.each([
      ['ssl-mode=VERIFY_CA', /self-signed/],
      [`ssl-mode=VERIFY_CA&ssl-ca=${foreign.cert}`, /self-signed/],
      ['sslmode=verify-full', /self-signed/],
      ['ssl=true', /self-signed/],
    ])('%s refuses a certificate that nobody vouches for', async (parameters, why) => {
      await expect(connect(parameters)).rejects.toThrow(why);
    });

    it('VERIFY_IDENTITY refuses a certificate of another host', async () => {
      const other = await OwnMariadb.start([
        `--ssl-cert=${foreign.cert}`,
        `--ssl-key=${foreign.key}`,
      ]);
      const parameters = `ssl-mode=VERIFY_IDENTITY&ssl-ca=${foreign.cert}`;
      await expect(ask(other.url({ parameters, host: 'localhost' }), CIPHER)).rejects.toThrow(
        /does not match/,
      );
    });
  });

  describe('in the most unsafe of modes', () => {
    let server: OwnMariadb;

    beforeAll(async () => {
      server = await OwnMariadb.start([
        '--skip-ssl',
        '--sql-mode=NO_BACKSLASH_ESCAPES,ANSI_QUOTES',
      ]);
    });

    it('without TLS it is refused where TLS is asked for', async () => {
      const url = server.url({ parameters: 'ssl-mode=REQUIRED' });
      await expect(ask(url, CIPHER)).rejects.toThrow(/secure connection/);
    });

    // @see issue 11: SQL injection where backslashes escape nothing.
    it('a user name cannot write SQL, whatever the mode of the server', async () => {
      const { url } = await startInProcess({ DATABASE_URL: server.url() });
      for (const username of [`a', 0x68, version(), 1) -- `, `a\\', 0x68, version(), 1) -- `]) {
        const registered = await post(`${url}/users`, {
          username: username.trim(),
          password: PASSWORD,
        });
        expect(registered.status).toBe(201);
        expect(registered.body['username']).toBe(username.trim());
      }
      const agent = { 'user-agent': `a' OR '1'='1` };
      const { credentials } = await signUp(url);
      const { body } = await post(`${url}/auth/login`, credentials, agent);
      const list = await get(`${url}/auth/sessions`, bearer(body['access_token']));
      expect(list.text).toContain(JSON.stringify(agent['user-agent']));
      const rows = await server.tell('SELECT username, password_hash FROM baton.users');
      expect(JSON.stringify(rows)).not.toContain('MariaDB');
    });

    it('values are never cut in silence: strict mode is on', async () => {
      const dataSource = await openDatabase(databaseAddress(server.url()));
      const long = `UPDATE users SET username = '${'x'.repeat(600)}'`;
      await dataSource.query(`INSERT INTO users VALUES ('0', 'a', 'b0', 'c', 1)`);
      await expect(dataSource.query(long)).rejects.toThrow(/too long/);
      await dataSource.destroy();
    });

    describe('that is slow', () => {
      let dataSource: DataSource;

      beforeAll(async () => {
        dataSource = await openDatabase(databaseAddress(server.url()));
      });

      afterAll(() => dataSource.destroy());

      it('gives a statement up after five seconds', async () => {
        await expect(dataSource.query(ENDLESS)).rejects.toThrow(/max_statement_time/);
      });

      it('gives migrations the time that a large table takes', async () => {
        const options = dataSourceOptions(databaseAddress(server.url()));
        const migrating = await new DataSource(options).initialize();
        const [bound] = await migrating.query('SELECT @@SESSION.max_statement_time AS seconds');
        expect(Number(bound.seconds)).toBe(0);
        await migrating.destroy();
      });

      it('never writes the values of a slow statement to the log', async () => {
        const written = jest.spyOn(console, 'log');
        const runner = dataSource.createQueryRunner();
        const connection = await runner.connect();
        await connection.promise().query('SET SESSION max_statement_time = 0');
        await expect(runner.query(`${ENDLESS} WHERE 'hunter2' = ?`, ['hunter2'])).rejects.toThrow(
          /timeout/,
        );
        expect(JSON.stringify(written.mock.calls)).not.toContain('hunter2');
        connection.destroy();
        await runner.release();
      });

      it('gives a statement up that waits five seconds for a lock', async () => {
        await dataSource.query(`INSERT INTO users VALUES ('1', 'a', 'b', 'c', 1)`);
        await dataSource.transaction(async (other) => {
          await other.query(`UPDATE users SET username = 'd'`);
          const waiting = dataSource.query(`UPDATE users SET username = 'e'`);
          await expect(waiting).rejects.toThrow(/Lock wait timeout|max_statement_time/);
        });
      });

      it('refuses what finds no connection within five seconds', async () => {
        const runners = Array.from({ length: 10 }, () => dataSource.createQueryRunner());
        await Promise.all(runners.map((runner) => runner.connect()));
        await expect(dataSource.query('SELECT 1')).rejects.toThrow('No connection is free');
        await Promise.all(runners.map((runner) => runner.release()));
        await expect(dataSource.query('SELECT 1')).resolves.toHaveLength(1);
      });
    });

    it('is reached over its Unix socket', async () => {
      await server.tell(`SET PASSWORD FOR root@localhost = PASSWORD('of root')`);
      const url = `mysql://root:of%20root@/baton?socketPath=${server.socketPath}`;
      expect(await ask(url, 'SELECT 1 AS one')).toEqual({ one: 1 });
    });
  });
});
