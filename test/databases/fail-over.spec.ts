import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { OwnMariadb, describeWithOwnMariadb } from '../host/own-mariadb.js';
import { OwnPostgres, describeWithOwnPostgres } from '../host/own-postgres.js';
import { stopOwnServers } from '../host/own-process.js';
import { Switchboard } from '../host/switchboard.js';
import { startInProcess, stopAll } from '../standalone/server-in-process.js';
import { type Answer, get, post, signUp } from '../standalone/vocabulary.js';

const boards: Switchboard[] = [];

afterAll(async () => {
  await stopAll();
  for (const board of boards) board.close();
  await stopOwnServers();
});

async function boardTo(port: number): Promise<Switchboard> {
  const board = await Switchboard.to(port);
  boards.push(board);
  return board;
}

/** As many sessions as fill the pool of connections, opened at once. */
const signUpMany = (url: string) => Promise.all(Array.from({ length: 12 }, () => signUp(url)));

const refresh = (url: string, token: unknown): Promise<Answer> =>
  post(`${url}/auth/token/refresh`, { refresh_token: token });

/** Refreshes each session once more if it has to be. @returns how often it had to be */
async function refreshAll(url: string, tokens: unknown[]): Promise<number> {
  let refused = 0;
  for (const token of tokens) {
    let answer = await refresh(url, token);
    for (; answer.status === 503 && refused < 20; refused += 1) answer = await refresh(url, token);
    expect(answer.status).toBe(200);
  }
  return refused;
}

const tokenOf = ({ pair }: { pair: Readonly<Record<string, unknown>> }) => pair['refresh_token'];

describeWithOwnPostgres(() => {
  // @see issue 11: every refresh was 503 for as long as one looked, and /health was 200.
  it('a demoted primary is left for the new one, although its connections stay open', async () => {
    const primary = await OwnPostgres.start();
    const standby = await primary.startStandby();
    const board = await boardTo(primary.port);
    const { url } = await startInProcess({
      DATABASE_URL: `postgres://postgres@127.0.0.1:${board.port}/postgres`,
    });
    const tokens = (await signUpMany(url)).map(tokenOf);
    await primary.demote();
    expect((await get(`${url}/health`)).status).toBe(503);
    expect((await refresh(url, tokens[0])).status).toBe(503);
    await standby.promote();
    board.target = standby.port;
    expect(await refreshAll(url, tokens)).toBeLessThanOrEqual(2);
    expect((await get(`${url}/health`)).status).toBe(200);
  });

  // @see issue 15: PostgreSQL ended connections, and servers that took one at that moment ended, too.
  it('a connection that ends in the moment at which it is handed out does not end the server', async () => {
    const primary = await OwnPostgres.start();
    const { app, url } = await startInProcess({ DATABASE_URL: primary.url });
    const pool: Pool = Reflect.get(app.get(DataSource).driver, 'master');
    await new Promise<void>((resolve) => {
      pool.connect((_error, client, release) => {
        // As `pg` does where both come in one piece.
        expect(() => client?.emit('error', new Error('terminating connection'))).not.toThrow();
        release(true);
        resolve();
      });
    });
    expect((await get(`${url}/health`)).status).toBe(200);
  });

  it('GET /health answers 503 within 3 s while the database says nothing', async () => {
    const primary = await OwnPostgres.start();
    const board = await boardTo(primary.port);
    const { url } = await startInProcess({
      DATABASE_URL: `postgres://postgres@127.0.0.1:${board.port}/postgres`,
    });
    expect((await get(`${url}/health`)).status).toBe(200);
    board.hold();
    const askedMs = performance.now();
    expect((await get(`${url}/health`)).status).toBe(503);
    expect(performance.now() - askedMs).toBeLessThan(3000);
  });
});

describeWithOwnMariadb(() => {
  it('a demoted primary is left for the new one, although its connections stay open', async () => {
    const [primary, next] = await Promise.all([OwnMariadb.start(), OwnMariadb.start()]);
    const board = await boardTo(primary.port);
    const { url } = await startInProcess({ DATABASE_URL: primary.url({ port: board.port }) });
    const tokens = (await signUpMany(url)).map(tokenOf);
    await next.copyFrom(primary);
    await primary.tell('SET GLOBAL read_only = 1');
    expect((await get(`${url}/health`)).status).toBe(503);
    expect((await refresh(url, tokens[0])).status).toBe(503);
    board.target = next.port;
    expect(await refreshAll(url, tokens)).toBeLessThanOrEqual(2);
    expect((await get(`${url}/health`)).status).toBe(200);
  });
});
