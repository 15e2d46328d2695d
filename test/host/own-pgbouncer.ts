import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { OwnPostgres } from './own-postgres.js';
import { OwnProcess, describeWithOwn, freePort, installed } from './own-process.js';

const PROGRAM = installed('pgbouncer', ['/usr/sbin']);

/** Describes a suite that starts PgBouncer, where it is installed (`test/databases/install-pgbouncer`). */
export function describeWithOwnPgBouncer(suite: () => void): void {
  describeWithOwn('PgBouncer', PROGRAM, suite);
}

/** When PgBouncer takes a server's connection away from its client. */
export type PoolMode = 'session' | 'transaction';

/** A PgBouncer before a PostgreSQL server. */
export class OwnPgBouncer {
  private constructor(
    private readonly server: OwnProcess,
    private readonly port: number,
    private readonly config: string,
  ) {}

  static async start(postgres: OwnPostgres, poolMode: PoolMode): Promise<OwnPgBouncer> {
    const [server, port] = [await OwnProcess.as('postgres'), await freePort()];
    const [config, users] = [join(server.folder, 'ini'), join(server.folder, 'users')];
    writeFileSync(users, '"postgres" ""\n');
    const settings = {
      listen_addr: '127.0.0.1',
      listen_port: port,
      unix_socket_dir: '',
      auth_type: 'trust',
      auth_file: users,
      pool_mode: poolMode,
      // Seconds after which it tries a server again that was away; it has 15 of its own.
      server_login_retry: 1,
      default_pool_size: poolMode === 'session' ? 20 : 4,
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
    const databases = `[databases]\n* = host=127.0.0.1 port=${postgres.port}\n`;
    writeFileSync(config, `${databases}[pgbouncer]\n${lines.join('\n')}\n`);
    const pooler = new OwnPgBouncer(server, port, config);
    await pooler.startAgain();
    return pooler;
  }

  /** The address of the server's database, by way of the pooler. */
  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  /** Starts the one that was stopped, where it was. */
  async startAgain(): Promise<void> {
    await this.server.start(PROGRAM ?? 'pgbouncer', [this.config], async () => {
      const client = new Client(this.url);
      await client.connect().finally(() => client.end());
    });
  }

  /** Ends it as a crash does, with its connections. */
  kill(): Promise<void> {
    return this.server.stop('SIGKILL');
  }
}
