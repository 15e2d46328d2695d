import { OwnMariadb, describeWithOwnMariadb } from '../host/own-mariadb.js';
import { OwnPostgres, describeWithOwnPostgres } from '../host/own-postgres.js';
import { stopOwnServers } from '../host/own-process.js';
import type { DataSourceOptions } from 'typeorm';
import {
  answer,
  getMe,
  login,
  postLogin,
  refresh,
  refreshing,
  UNAVAILABLE,
} from '../contract/vocabulary.js';
import { QuickUsers } from '../host/quick-users.js';
import { type Host, startHost } from '../host/start-host.js';
import { Switchboard } from '../host/switchboard.js';

/** Every statement is given up after 6.5 s, whatever the application's data source says. */
const GIVEN_UP_MS = 8_000;
/** After so many connections whose bytes nobody takes, there is none left in the pool. */
const MORE_THAN_THE_POOL = 25;

const boards: Switchboard[] = [];
const hosts: Host[] = [];

afterAll(async () => {
  for (const board of boards) board.close();
  for (const host of hosts) await host.close();
  await stopOwnServers();
});

const configure = (app: { useLogger(logger: false): void }): void => app.useLogger(false);

/** A host that says nothing of time limits, behind a line that can be held. */
async function hostBehind(port: number, options: DataSourceOptions) {
  const board = await Switchboard.to(port);
  boards.push(board);
  const database: DataSourceOptions = Object.assign(options, { port: board.port });
  const host = await startHost({ database, users: new QuickUsers(), configure });
  hosts.push(host);
  return { board, host };
}

/** @see issue 15: refreshes and guards hung for as long as the line did */
function livesThroughSilence(
  start: () => Promise<{ port: number; options: DataSourceOptions }>,
): void {
  it('what nobody answers is 503 in time, and the next that comes through is answered', async () => {
    const server = await start();
    const { board, host } = await hostBehind(server.port, server.options);
    const pairs = await Promise.all(Array.from({ length: MORE_THAN_THE_POOL }, () => login(host)));
    board.hold();
    const heldAtMs = performance.now();
    const refused = await Promise.all(
      pairs.map(({ refresh_token }) => refreshing(host, refresh_token)),
    );
    for (const one of refused) expect(one).toEqual(UNAVAILABLE);
    expect(await answer(postLogin(host))).toEqual(UNAVAILABLE);
    host.clock.turn(60);
    const [first] = pairs;
    const guardedAtMs = performance.now();
    expect(await answer(getMe(host, first?.access_token ?? ''))).toEqual(UNAVAILABLE);
    expect(performance.now() - guardedAtMs).toBeLessThan(3_000);
    expect(performance.now() - heldAtMs).toBeLessThan(3 * GIVEN_UP_MS);
    board.letThrough();
    const backAtMs = performance.now();
    for (const { refresh_token } of pairs) {
      let tries = 0;
      while ((await refreshing(host, refresh_token)).status === 503) tries += 1;
      expect(tries).toBeLessThan(3);
    }
    await refresh(host, (await login(host)).refresh_token);
    expect(performance.now() - backAtMs).toBeLessThan(GIVEN_UP_MS);
  }, 60_000);
}

describeWithOwnPostgres(() => livesThroughSilence(() => OwnPostgres.start()));
describeWithOwnMariadb(() => livesThroughSilence(() => OwnMariadb.start()));
