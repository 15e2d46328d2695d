import type { DataSourceOptions } from 'typeorm';
import { types } from 'pg';
import {
  REUSED,
  login,
  pairIn,
  refresh,
  refreshing,
  rowOf,
  sessions,
  storm,
  use,
} from '../contract/vocabulary.js';
import { SeenTokens } from '../../src/sessions/seen-tokens.js';
import { ExpiredSessionSweeper } from '../../src/sessions/expired-session-sweeper.js';
import { describeOnEachDatabase } from '../host/databases.js';
import { startHost } from '../host/start-host.js';
import { Client, EVERY_ANSWER, answersOfEveryRoute } from '../guest/every-route.js';

const PAST_EVERYTHING = 31 * 86_400;

const INT8 = 20;
const INT4 = 23;

/** The drivers' ways to give whole numbers as something else than a number. */
const BIG_NUMBERS: Readonly<Record<string, object>> = {
  'better-sqlite3': {
    prepareDatabase: (connection: { defaultSafeIntegers(on: boolean): void }) =>
      connection.defaultSafeIntegers(true),
  },
  postgres: {
    extra: {
      types: {
        getTypeParser: (oid: number, format?: 'text') =>
          [INT8, INT4].includes(oid) ? BigInt : types.getTypeParser(oid, format),
      },
    },
  },
  mariadb: {
    supportBigNumbers: true,
    bigNumberStrings: true,
    extra: {
      typeCast: (field: { type: string; string(): string | null }, next: () => unknown) =>
        field.type === 'LONG' ? bigOrNull(field.string()) : next(),
    },
  },
};

const bigOrNull = (digits: string | null) => (digits === null ? null : BigInt(digits));

const withBigNumbers = (options: DataSourceOptions): DataSourceOptions =>
  Object.assign({}, options, BIG_NUMBERS[options.type]);

/** @see issue 11 */
describeOnEachDatabase((kind) => {
  it('whole numbers may come from the driver as BigInt or as text', async () => {
    const database = await kind.create();
    const host = await startHost({ database: withBigNumbers(database.options) });
    const table = host.dataSource.getMetadata('RefreshToken').tablePath;
    const raw = () => host.dataSource.query(`SELECT generation, created_at FROM ${table}`);

    const { refresh_token } = await login(host);
    const [row] = await raw();
    expect([typeof row.generation, typeof row.created_at]).not.toContain('number');

    const [pair] = (await storm([host], refresh_token, 5)).map(pairIn);
    const next = await refresh(host, pair?.refresh_token ?? '');
    expect(await rowOf(host, next)).toMatchObject({ generation: 2, parentGeneration: 1 });
    expect(await sessions(host, next.access_token)).toHaveLength(1);
    await use(host, next);
    await host.app.get(SeenTokens).flush();
    expect((await rowOf(host, next)).confirmedAtMs).toBe(host.clock.nowMs());
    expect(await refreshing(host, refresh_token)).toEqual(REUSED);
    expect(await answersOfEveryRoute(host)).toEqual(EVERY_ANSWER);

    const pairs = [await new Client(host).login(), await new Client(host).login()];
    host.clock.turn(PAST_EVERYTHING);
    expect(await host.app.get(ExpiredSessionSweeper).sweep()).toBeGreaterThan(pairs.length);
    expect(await raw()).toEqual([]);
    await host.close();
    await database.drop();
  });
});
