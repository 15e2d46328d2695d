import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { DataSourceOptions } from 'typeorm';
import { OwnProcess, describeWithOwn, freePort, installed } from './own-process.js';

const USER = 'postgres';
const DATABASE = 'postgres';
const DEBIANS_FOLDER = '/usr/lib/postgresql';

/** Lets whoever connects from this machine in, and forgets everything in a power cut. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  fsync: 'off',
  shared_buffers: '16MB',
  max_connections: '60',
  autovacuum: 'off',
};

/** Describes a suite that starts {@link OwnPostgres} servers, where PostgreSQL is installed. */
export function describeWithOwnPostgres(suite: () => void): void {
  describeWithOwn('PostgreSQL', installed('postgres', debiansFolders()), suite);
}

type ServerSettings = Readonly<Record<string, string | number>>;

/**
 * A PostgreSQL server of the test's own, which it may demote, delay and kill. Call `stopOwnServers` when the
 * tests of the file are over.
 *
 * @example
 * const primary = await OwnPostgres.start();
 * const standby = await primary.startStandby({ recovery_min_apply_delay: '3s' });
 * await standby.promote();
 */
export class OwnPostgres {
  private constructor(
    private readonly server: OwnProcess,
    readonly port: number,
    private readonly settings: ServerSettings,
  ) {}

  /** Starts a primary. @param settings as in `postgresql.conf` */
  static async start(settings: ServerSettings = {}): Promise<OwnPostgres> {
    const primary = new OwnPostgres(await OwnProcess.as(USER), await freePort(), settings);
    const { data } = primary;
    primary.server.run(program('initdb'), ['-D', data, '-U', USER, '-A', 'trust', '--no-sync']);
    await primary.startAgain();
    return primary;
  }

  /** Starts a standby that streams from this server. @param settings such as `recovery_min_apply_delay` */
  async startStandby(settings: ServerSettings = {}): Promise<OwnPostgres> {
    const standby = new OwnPostgres(await OwnProcess.as(USER), await freePort(), settings);
    const from = ['-h', '127.0.0.1', '-p', String(this.port), '-U', USER];
    const how = ['-D', standby.data, '--write-recovery-conf', '--checkpoint=fast', '--no-sync'];
    standby.server.run(program('pg_basebackup'), [...from, ...how]);
    await standby.startAgain();
    return standby;
  }

  get url(): string {
    return `postgres://${USER}@127.0.0.1:${this.port}/${DATABASE}`;
  }

  get options(): Extract<DataSourceOptions, { type: 'postgres' }> {
    const { port } = this;
    return { type: 'postgres', host: '127.0.0.1', port, username: USER, database: DATABASE };
  }

  /** The folder of its Unix socket. */
  get socketFolder(): string {
    return this.server.folder;
  }

  /** Runs SQL on a connection of its own. */
  async tell(sql: string): Promise<Record<string, unknown>[]> {
    const { socketFolder: host, port } = this;
    const client = new Client({ host, port, user: USER, database: DATABASE });
    await client.connect();
    const { rows } = await client.query(sql).finally(() => client.end());
    return rows;
  }

  /** Makes the primary of a standby. */
  async promote(): Promise<void> {
    await this.tell('SELECT pg_promote()');
  }

  /** Refuses writes from now on, on the connections that are open as well, as a demoted primary does. */
  async demote(): Promise<void> {
    await this.set('default_transaction_read_only', 'on');
    await this.until('SHOW transaction_read_only', 'on');
  }

  /** Answers no commit from now on that its standby does not have. */
  async waitForStandby(): Promise<void> {
    await this.set('synchronous_standby_names', '*');
    await this.until('SELECT max(sync_state) FROM pg_stat_replication', 'sync');
  }

  /** Hears nothing more of its primary: what that commits from now on, this standby does not have. */
  async loseTouch(): Promise<void> {
    await this.set('primary_conninfo', '');
    await this.until('SELECT count(*) FROM pg_stat_wal_receiver', '0');
  }

  freeze(): void {
    this.server.freeze();
  }

  thaw(): void {
    this.server.thaw();
  }

  /** @param signal `SIGINT` ends its connections in order, `SIGQUIT` is a crash */
  stop(signal: 'SIGINT' | 'SIGQUIT' = 'SIGINT'): Promise<void> {
    return this.server.stop(signal);
  }

  /** Starts the server that was stopped, where it was. */
  async startAgain(): Promise<void> {
    const all = { ...SETTINGS, unix_socket_directories: this.server.folder, ...this.settings };
    const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const args = ['-D', this.data, '-p', String(this.port), ...flags];
    await this.server.start(program('postgres'), args, () => this.tell('SELECT 1'));
  }

  private get data(): string {
    return join(this.server.folder, 'data');
  }

  private async set(setting: string, value: string): Promise<void> {
    await this.tell(`ALTER SYSTEM SET ${setting} = '${value}'`);
    await this.tell('SELECT pg_reload_conf()');
  }

  /** A reload reaches the processes of the server a moment later. */
  private async until(question: string, answer: string): Promise<void> {
    for (;;) {
      const [row = {}] = await this.tell(question);
      if (Object.values(row).map(String).includes(answer)) return;
    }
  }
}

function program(name: string): string {
  return installed(name, debiansFolders()) ?? name;
}

/** Debian keeps the server's programs out of the PATH, a folder for each version. */
function debiansFolders(): string[] {
  const versions = existsSync(DEBIANS_FOLDER) ? readdirSync(DEBIANS_FOLDER) : [];
  return versions.map((version) => join(DEBIANS_FOLDER, version, 'bin'));
}
