import type { Api } from '../driver/apis.js';
import type { MakeClients } from '../driver/clients.js';
import { type Turn, type TurnRecord, drive } from '../driver/drive.js';
import type { FreshDatabase } from './databases.js';
import type { Server } from './server.js';

/** What was started for a row of the table. */
export interface Stage {
  readonly api: Api;
  readonly servers: readonly Server[];
  readonly database: FreshDatabase;
  readonly connections: number;
}

/** Has a turn. @throws Error at an answer that is not the one that was to be measured */
export type Play = (turn: Turn) => Promise<TurnRecord>;

/** Gets ready to have turns. */
export type Player = (stage: Stage) => Promise<Play>;

/**
 * Clients, divided among the servers.
 *
 * @param beside makes as many others, who do something at the same time that is not measured
 */
export function clients(make: MakeClients, beside?: MakeClients): Player {
  return async ({ api, servers, connections }) => {
    const made = servers.map(({ port }) => make(api, port, connections / servers.length));
    const measured = (await Promise.all(made)).flat();
    const others = (await beside?.(api, servers[0]?.port ?? 0, connections)) ?? [];
    const pids = servers.map(({ pid }) => pid);
    return async (turn) => {
      const allAlong = { leadMs: 0, measureMs: turn.leadMs + turn.measureMs };
      const [record] = await Promise.all([
        drive(measured, pids, turn),
        drive(others, [], allAlong),
      ]);
      return { ...record, cpuMs: record.cpuMs / servers.length };
    };
  };
}
