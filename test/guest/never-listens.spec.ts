import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const DATABASES = {
  'better-sqlite3': { type: 'better-sqlite3', database: ':memory:' },
  // Their pools hold a connection, and so the process, until it was idle for so long: 10 s unless told.
  postgres: {
    type: 'postgres',
    url: 'postgres://postgres@127.0.0.1:5432/postgres',
    extra: { idleTimeoutMillis: 700 },
  },
  mariadb: { type: 'mariadb', url: 'mysql://root@127.0.0.1:3306/mysql' },
};

/** A script as people write it, against the built package; decorators need a compiler, so it has none. */
const script = (database: object, end: string): string => `
  import 'reflect-metadata';
  import { Module } from '@nestjs/common';
  import { NestFactory } from '@nestjs/core';
  import { TypeOrmModule } from '@nestjs/typeorm';
  import { AuthModule, AuthService } from './dist/index.js';

  const user = { id: '1', username: 'ann' };
  class ScriptModule {}
  Module({
    imports: [
      TypeOrmModule.forRoot({ ...${JSON.stringify(database)}, autoLoadEntities: true, synchronize: false }),
      AuthModule.forRoot({
        users: { authenticate: async () => user, findById: async () => user },
        accessSecret: 'access secret of the tests, 32 bytes+',
        refreshSecret: 'refresh secret of the tests, 32 bytes',
      }),
    ],
  })(ScriptModule);
  const app = await NestFactory.createApplicationContext(ScriptModule, { logger: false });
  app.get(AuthService);
  ${end}
  console.log('done');
`;

const runToItsEnd = async (database: object, end: string): Promise<string> => {
  const args = ['--input-type=module', '--eval', script(database, end)];
  const { stdout } = await promisify(execFile)('node', args, { cwd: ROOT, timeout: 8_000 });
  return stdout;
};

/** @see issue 12 */
describe('a process that never listens ends when its work is done', () => {
  it.each(Object.entries(DATABASES))('after app.close(), on %s', async (_name, database) => {
    expect(await runToItsEnd(database, 'await app.close();')).toBe('done\n');
  });

  it.each(Object.entries(DATABASES).filter(([name]) => name !== 'mariadb'))(
    'without it, on %s',
    async (_name, database) => {
      expect(await runToItsEnd(database, '')).toBe('done\n');
    },
  );
});
