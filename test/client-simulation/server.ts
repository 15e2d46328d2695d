import { QuickUsers } from '../host/quick-users.js';
import { PASSWORD, startHost } from '../host/start-host.js';

/** The real application behind the line, and its clock. */
export interface SimulatedServer {
  /** @param path of a route of the module */
  readonly answer: (path: string, request: RequestInit) => Promise<Response>;
  readonly password: string;
  readonly nowMs: () => number;
  readonly setTime: (ms: number) => void;
  readonly close: () => Promise<void>;
}

/** Starts it: every route of the module, with the cookie transport, on a database in memory. */
export async function startSimulatedServer(): Promise<SimulatedServer> {
  const host = await startHost({
    platform: 'fastify',
    users: new QuickUsers(),
    auth: { revocation: 'strict', attempts: false, cookies: { allowPlainHttp: true } },
  });
  const { url, clock } = host;
  return {
    async answer(path, request) {
      const response = await fetch(url + path, request);
      const { status, headers } = response;
      // Read to its end here, so that nothing is still on its way when time goes on.
      const text = await response.text();
      return new Response(status === 204 ? null : text, { status, headers });
    },
    password: PASSWORD,
    nowMs: () => clock.nowMs(),
    setTime: (ms) => clock.turn((ms - clock.nowMs()) / 1000),
    close: () => host.close(),
  };
}
