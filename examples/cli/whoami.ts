/**
 * A command line that stays signed in between runs:
 *
 *     BATON_KEY=$(openssl rand -hex 32) npx tsx examples/cli/whoami.ts ann 'correct horse battery staple'
 *     BATON_KEY=… npx tsx examples/cli/whoami.ts
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { argv, env } from 'node:process';
import { createBaton } from 'nestjs-baton/client';
import { fileStorage } from 'nestjs-baton/client/storage/file';

const baton = createBaton({
  baseUrl: env['BATON_URL'] ?? 'http://127.0.0.1:3000',
  storage: fileStorage({
    path: env['BATON_FILE'] ?? join(homedir(), '.config/whoami/session'),
    key: Buffer.from(env['BATON_KEY'] ?? '', 'hex'),
  }),
});

const [, , username, password] = argv;
if (username !== undefined && password !== undefined) {
  await baton.signIn({ username, password, device_name: 'whoami' });
}
const response = await baton.fetch('/auth/me');
console.log(await response.text());
await baton.dispose();
