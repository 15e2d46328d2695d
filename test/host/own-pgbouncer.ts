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

/** Starts a PgBouncer before a PostgreSQL server. @returns its database's URL */
export async function startPgBouncer(postgres: OwnPostgres, poolMode: PoolMode): Promise<string> {
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
    default_pool_size: poolMode === 'session' ? 20 : 4,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  const databases = `[databases]\n* = host=127.0.0.1 port=${postgres.port}\n`;
  writeFileSync(config, `${databases}[pgbouncer]\n${lines.join('\n')}\n`);
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await server.start(PROGRAM ?? 'pgbouncer', [config], async () => {
    const client = new Client(url);
    await client.connect().finally(() => client.end());
  });
  return url;
}
