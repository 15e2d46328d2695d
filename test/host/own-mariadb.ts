import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import type { DataSourceOptions } from 'typeorm';
import { OwnProcess, describeWithOwn, freePort, installed } from './own-process.js';

const ACCOUNT = 'mysql';
const DATABASE = 'baton';
/** May do anything with the database, and nothing with the server: `read_only` holds for it. */
const USER = 'baton';
const PASSWORD = 'of the tests';
/** Debian keeps the server out of the PATH of most users. */
const PROGRAM = installed('mariadbd', ['/usr/sbin']);

const FLAGS = ['--innodb-buffer-pool-size=16M', '--innodb-flush-log-at-trx-commit=0'];

/** Describes a suite that starts {@link OwnMariadb} servers, where MariaDB is installed. */
export function describeWithOwnMariadb(suite: () => void): void {
  describeWithOwn('MariaDB', PROGRAM, suite);
}

/**
 * A MariaDB server of the test's own, in whichever mode it likes. Call `stopOwnServers` when the tests of the
 * file are over.
 *
 * @example
 * const server = await OwnMariadb.start(['--sql-mode=NO_BACKSLASH_ESCAPES']);
 */
export class OwnMariadb {
  private constructor(
    private readonly server: OwnProcess,
    readonly port: number,
    private readonly flags: readonly string[],
  ) {}

  /** @param flags as on the command line of `mariadbd` @param first those that it is given at its first start only */
  static async start(flags: readonly string[] = [], ...first: string[]): Promise<OwnMariadb> {
    const mariadb = await OwnMariadb.empty(flags);
    const method = '--auth-root-authentication-method=normal';
    const how = ['--no-defaults', mariadb.dataFlag, method, '--skip-test-db'];
    mariadb.server.run('mariadb-install-db', how);
    await mariadb.startAgain(...first);
    await mariadb.tell(`CREATE DATABASE ${DATABASE}`);
    await mariadb.tell(`CREATE USER ${USER} IDENTIFIED BY '${PASSWORD}'`);
    await mariadb.tell(`GRANT ALL ON ${DATABASE}.* TO ${USER}`);
    return mariadb;
  }

  /** A server that has nothing until others give it what they have, and has not been started. */
  static async empty(flags: readonly string[]): Promise<OwnMariadb> {
    const server = await OwnProcess.as(ACCOUNT);
    server.run('mkdir', ['data']);
    return new OwnMariadb(server, await freePort(), flags);
  }

  /** Starts the server that was stopped, where it was. */
  async startAgain(...flags: string[]): Promise<void> {
    const where = [this.dataFlag, `--port=${this.port}`, '--bind-address=127.0.0.1'];
    const all = [...where, `--socket=${this.socketPath}`, ...FLAGS, ...this.flags, ...flags];
    const ready = () => this.tell('SELECT 1');
    await this.server.start(PROGRAM ?? 'mariadbd', ['--no-defaults', ...all], ready);
  }

  /** @param parameters such as `ssl-mode=REQUIRED` @param port of whatever leads here */
  url({ parameters = '', host = '127.0.0.1', port = this.port } = {}): string {
    const user = `${USER}:${encodeURIComponent(PASSWORD)}`;
    return `mysql://${user}@${host}:${port}/${DATABASE}?${parameters}`;
  }

  get options(): Extract<DataSourceOptions, { type: 'mysql' | 'mariadb' }> {
    const login = { username: USER, password: PASSWORD, database: DATABASE };
    return { type: 'mariadb', host: '127.0.0.1', port: this.port, ...login };
  }

  get socketPath(): string {
    return join(this.server.folder, 'socket');
  }

  /** Runs SQL as the server's administrator, on a connection of its own. */
  async tell(sql: string): Promise<unknown> {
    const { socketPath } = this;
    const connection = await createConnection({
      socketPath,
      user: 'root',
      multipleStatements: true,
    });
    const [rows] = await connection.query(sql).finally(() => connection.end());
    return rows;
  }

  /** Takes over the database of another server, as a replica has it. */
  async copyFrom(other: OwnMariadb): Promise<void> {
    const from = ['--socket', other.socketPath, '--user=root', '--databases', DATABASE];
    const dump = execFileSync('mariadb-dump', from);
    execFileSync('mariadb', ['--socket', this.socketPath, '--user=root'], { input: dump });
  }

  /** @param signal `SIGKILL` is a crash */
  stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    return this.server.stop(signal);
  }

  freeze(): void {
    this.server.freeze();
  }

  thaw(): void {
    this.server.thaw();
  }

  private get dataFlag(): string {
    return `--datadir=${join(this.server.folder, 'data')}`;
  }
}
