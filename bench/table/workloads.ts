import { get, post } from '../driver/apis.js';
import { guarded, loggingIn, refreshing, sending } from '../driver/clients.js';
import type { DatabaseName } from '../harness/databases.js';
import { type Player, clients } from '../harness/players.js';
import { pgbench } from '../harness/pgbench.js';
import * as who from './subjects.js';
import type { Subject } from './subjects.js';

/** A row of the table: who is measured at what. */
export interface Row {
  readonly workload: string;
  readonly subjects: readonly Subject[];
  readonly play: Player;
  /** What the subject is called here. @default its name */
  readonly as?: string;
  /** @default sqlite */
  readonly database?: DatabaseName;
  /** Processes of a subject on one database, among which the connections are divided. @default 1 */
  readonly processes?: number;
}

/** Rows that are played side by side, once for each number of connections. Subjects have a process for all rows. */
export interface LineUp {
  readonly rows: readonly Row[];
  readonly connections: readonly number[];
  /** A core for the servers and one for the clients: steadier, but not for what uses several. @default true */
  readonly isPinned?: boolean;
  /** How long a turn is measured. @default 200 */
  readonly turnMs?: number;
}

export const W1 = {
  yes: 'W1 limit: a guard that only says yes',
  one: 'W1 same token',
  some: 'W1 1,000 tokens',
  fresh: 'W1 100,000 new tokens',
  user: 'W1 who the user is, from the database',
};
export const W2 = {
  echo: 'W2 limit: echo of the same bytes',
  sqlite: 'W2 refresh on sqlite',
  postgres: 'W2 refresh on postgres',
  mariadb: 'W2 refresh on mariadb',
  divided: 'W2 refresh on one PostgreSQL, by one process and by two',
};
export const W3 = {
  hash: 'W3 limit: a route that verifies argon2id',
  login: 'W3 login',
  quiet: 'W3 refresh',
  flooded: 'W3 refresh, while as many log in',
};
const row = (
  workload: string,
  subjects: readonly Subject[],
  play: Player,
  more: Partial<Row> = {},
): Row => ({ workload, subjects, play, ...more });

/** As long as a refresh token of ours: a limit reads the same bytes, whatever it makes of them. */
const UNREAD = 'x'.repeat(374);
const yes = clients(sending(get('/yes', UNREAD.slice(0, 340))));
const echo = clients(sending(post('/echo', `{"refresh_token":"${UNREAD}"}`)));
const argon2id = clients(sending(post('/argon2id', '{}')));
const refresh = clients(refreshing);

/**
 * Everything that is measured over HTTP.
 *
 * @param against another checkout, whose hosts are measured beside ours
 */
export function lineUps(against: string | null): LineUp[] {
  const ours = who.hosts(against);
  return [guardedRequests(ours), ...refreshes(ours), LOGINS];
}

const guardedRequests = (ours: readonly Subject[]): LineUp => ({
  connections: [32, 1],
  rows: [
    row(W1.yes, [...who.NESTS, ...ours], yes),
    row(W1.one, [...ours, who.TEXTBOOK], clients(guarded(1))),
    row(W1.some, ours, clients(guarded(1_000))),
    row(W1.fresh, [...who.PASSPORTS, ...ours], clients(guarded(100_000))),
    row(W1.user, [who.SERVER, who.RIVAL], clients(guarded(1))),
  ],
});

function refreshes(ours: readonly Subject[]): LineUp[] {
  const fastify = ours.filter(({ name }) => name.endsWith('fastify'));
  const onSqlite = [...ours, who.SERVER, who.UNSYNCED, who.RIVAL];
  return [
    {
      connections: [32, 1],
      rows: [row(W2.echo, who.NESTS, echo), row(W2.sqlite, onSqlite, refresh)],
    },
    {
      connections: [32, 1],
      rows: [
        row(W2.postgres, fastify, refresh, { database: 'postgres' }),
        row(W2.mariadb, fastify, refresh, { database: 'mariadb' }),
      ],
    },
    {
      connections: [32],
      isPinned: false,
      rows: [
        row(W2.divided, [who.HOST], refresh, { database: 'postgres', as: 'one process' }),
        row(W2.divided, [who.HOST], refresh, {
          database: 'postgres',
          as: 'two processes',
          processes: 2,
        }),
        row(W2.divided, [who.HOST], pgbench, { database: 'postgres', as: 'pgbench' }),
      ],
    },
  ];
}

const LOGINS: LineUp = {
  connections: [8],
  isPinned: false,
  turnMs: 600,
  rows: [
    row(W3.hash, who.NESTS.slice(0, 1), argon2id),
    row(W3.login, [who.SERVER], clients(loggingIn)),
    row(W3.quiet, [who.SERVER], refresh),
    row(W3.flooded, [who.SERVER], clients(refreshing, loggingIn)),
  ],
};
