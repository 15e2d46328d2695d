import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node';
import Database from 'better-sqlite3';

/** A plain `node:http` server, the leanest host that its documentation shows. */
const database = new Database(process.env.DATABASE_URL.slice('sqlite:'.length));
database.pragma('journal_mode = WAL');
database.pragma('synchronous = NORMAL');

const options = {
  database,
  secret: process.env.AUTH_ACCESS_SECRET,
  baseURL: 'http://127.0.0.1',
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  session: { cookieCache: { enabled: process.env.COOKIE_CACHE === 'on', maxAge: 300 } },
  advanced: { useSecureCookies: false },
};
const { runMigrations } = await getMigrations(options);
await runMigrations();
const auth = betterAuth(options);
const handler = toNodeHandler(auth);

const server = createServer((request, response) => {
  if (request.url !== '/guarded') return void handler(request, response);
  void guarded(request, response);
});

async function guarded(request, response) {
  const session = await auth.api.getSession({ headers: fromNodeHeaders(request.headers) });
  const text = JSON.stringify(session === null ? { error: 'unauthorized' } : { hello: 'world' });
  response.writeHead(session === null ? 401 : 200, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}

process.on('SIGTERM', () => process.exit(0));
server.listen(0, '127.0.0.1', () => {
  console.log(`Listening on http://127.0.0.1:${server.address().port}`);
});
