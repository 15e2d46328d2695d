import { readdir, readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describeOnEachDatabase } from '../host/databases.js';
import { type ServerProcess, cleanUp, startServer, temporaryFolder } from './server-process.js';
import { type Answer, bearer, get, post, signUp } from './vocabulary.js';

afterAll(cleanUp);

/** Within which every instance knows what another has revoked. */
const A_SECOND_MS = 1000;

/** Refreshes one session over and over, as a client that stores what it got, until the server is gone. */
async function refreshUntilCut(url: string, first: unknown): Promise<unknown> {
  for (let stored = first; ;) {
    try {
      const { body } = await post(`${url}/auth/token/refresh`, { refresh_token: stored });
      stored = body['refresh_token'] ?? stored;
    } catch {
      return stored;
    }
  }
}

describeOnEachDatabase((kind) => {
  if (kind.name === 'sqlite memory') return;

  it('a client that has its pair finds its session alive after SIGKILL under load', async () => {
    const database = await kind.create();
    const folder = await temporaryFolder();
    const variables = { DATABASE_URL: database.url };
    let server = await startServer(variables, folder);
    const sessions = [];
    for (let client = 0; client < 8; client += 1) sessions.push(await signUp(server.url));
    let tokens: unknown[] = sessions.map(({ pair }) => pair['refresh_token']);
    for (let round = 0; round < 2; round += 1) {
      const underWay = tokens.map((token) => refreshUntilCut(server.url, token));
      setTimeout(() => server.child.kill('SIGKILL'), 300);
      tokens = await Promise.all(underWay);
      server = await startServer(variables, folder);
      const answers = await Promise.all(
        tokens.map((token) => post(`${server.url}/auth/token/refresh`, { refresh_token: token })),
      );
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      tokens = answers.map(({ body }) => body['refresh_token']);
    }
    await server.stop();
    await database.drop();
  });

  it('two instances may start at once on an empty database and share what they know', async () => {
    const database = await kind.create();
    const folder = await temporaryFolder();
    const variables = { DATABASE_URL: database.url };
    const [one, two] = await Promise.all([
      startServer(variables, folder),
      startServer(variables, folder),
    ]);
    const { pair } = await signUp(one.url);
    const me = () => get(`${two.url}/auth/me`, bearer(pair['access_token']));
    expect((await me()).status).toBe(200);
    await post(`${one.url}/auth/logout`, { refresh_token: pair['refresh_token'] });
    const revokedAtMs = performance.now();
    let askedAtMs = revokedAtMs;
    let answer = await me();
    while (answer.status === 200 && askedAtMs - revokedAtMs < A_SECOND_MS) {
      askedAtMs = performance.now();
      answer = await me();
    }
    expect(answer.body['error']).toBe('session_revoked');
    await Promise.all([one.stop(), two.stop()]);
    await database.drop();
  });

  it('what was revoked before a restart stays refused after it', async () => {
    const database = await kind.create();
    const folder = await temporaryFolder();
    const before = await startServer({ DATABASE_URL: database.url }, folder);
    const { pair } = await signUp(before.url);
    await post(`${before.url}/auth/logout`, { refresh_token: pair['refresh_token'] });
    await before.stop('SIGKILL');
    const after = await startServer({ DATABASE_URL: database.url }, folder);
    const answer = await get(`${after.url}/auth/me`, bearer(pair['access_token']));
    expect(answer.body['error']).toBe('session_revoked');
    await after.stop();
    await database.drop();
  });
});

/**
 * Begins a login. That the server says `100 Continue` shows that it has read the request's head.
 *
 * @returns sends the body and resolves to the status of the answer
 */
async function beginLogin(url: string): Promise<(body: object) => Promise<number | undefined>> {
  const headers = { 'content-type': 'application/json', expect: '100-continue' };
  const begun = request(`${url}/auth/login`, { method: 'POST', headers, agent: false });
  const answered = once(begun, 'response');
  begun.flushHeaders();
  await once(begun, 'continue');
  return async (body) => {
    begun.end(JSON.stringify(body));
    const [response]: IncomingMessage[] = await answered;
    return response?.resume().statusCode;
  };
}

describe('SIGTERM', () => {
  it('finishes the requests under way and exits with 0', async () => {
    const server = await startServer();
    const { credentials } = await signUp(server.url);
    const begun = Array.from({ length: 8 }, () => beginLogin(server.url));
    const finish = await Promise.all(begun);
    const stopped = server.stop();
    const statuses = await Promise.all(finish.map((send) => send(credentials)));
    expect(statuses).toEqual(statuses.map(() => 200));
    expect(await stopped).toBe(0);
    await expect(get(`${server.url}/health`)).rejects.toThrow('fetch failed');
  });

  it('cuts a request that does not end after 5 s, and exits with 0 within 10 s', async () => {
    const server = await startServer();
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.write('POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n');
    socket.write('Content-Length: 100\r\n\r\n{"username"');
    await get(`${server.url}/health`);
    const started = performance.now();
    const elapsedMs = () => performance.now() - started;
    const cut = once(socket, 'close').then(elapsedMs);
    expect(await server.stop()).toBe(0);
    expect(elapsedMs()).toBeLessThan(10_000);
    // Before the process ends whatever hangs, which is after 9 s.
    expect(await cut).toBeGreaterThan(4_500);
    expect(await cut).toBeLessThan(8_000);
  });
});

/** A session's whole life, errors included. @returns every secret that went over the wire */
async function live(url: string): Promise<string[]> {
  const { credentials, pair } = await signUp(url);
  const answers: Answer[] = [await post(`${url}/auth/login`, credentials)];
  let token = pair['refresh_token'];
  for (let round = 0; round < 3; round += 1) {
    const answer = await post(`${url}/auth/token/refresh`, { refresh_token: token });
    answers.push(answer);
    token = answer.body['refresh_token'];
  }
  await post(`${url}/auth/token/refresh`, { refresh_token: pair['refresh_token'] });
  await post(`${url}/auth/token/refresh`, { refresh_token: `${String(token)}x` });
  await get(`${url}/auth/me`, bearer(`${String(pair['access_token'])}x`));
  await post(`${url}/auth/login`, { ...credentials, password: 'a wrong password' });
  await post(`${url}/auth/login`, { username: 'a misplaced password', password: 'x' });
  const tokens = [pair, ...answers.map(({ body }) => body)].flatMap((body) => [
    String(body['access_token']),
    String(body['refresh_token']),
  ]);
  const parts = tokens.flatMap((text) => text.split('.').slice(1));
  return [...parts, credentials.password, 'a wrong password', 'a misplaced password'];
}

describe('what is left behind', () => {
  let server: ServerProcess;
  let secrets: string[];

  beforeAll(async () => {
    server = await startServer({
      NODE_ENV: 'production',
      AUTH_ACCESS_SECRET: 'a secret of the tests for access tokens',
      AUTH_REFRESH_SECRET: 'a secret of the tests for refresh tokens',
    });
    secrets = [...(await live(server.url)), 'a secret of the tests'];
  });

  it('the database files never hold a token, a signature, a password or a secret', async () => {
    const data = join(server.folder, 'data');
    const files = await readdir(data);
    expect(files).toContain('baton.sqlite-wal');
    for (const file of files) {
      const bytes = await readFile(join(data, file), 'latin1');
      expect(secrets.filter((secret) => bytes.includes(secret))).toEqual([]);
    }
  });

  it('the log never holds one either', () => {
    expect(server.output()).toMatch(/came back/);
    expect(secrets.filter((secret) => server.output().includes(secret))).toEqual([]);
  });

  it('the log of production is JSON, a line each', () => {
    const lines = server.output().trimEnd().split('\n');
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  });
});
