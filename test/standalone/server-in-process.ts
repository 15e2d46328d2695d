import type { INestApplication } from '@nestjs/common';
import { readEnvironment } from '../../src/standalone/environment/environment.js';
import { type ArrivalLimits, createServer } from '../../src/standalone/server.js';
import { SECRETS } from './secrets.js';
import type { Variables } from './server-process.js';

/** The standalone server within the test's own process. */
export interface InProcessServer {
  readonly app: INestApplication;
  readonly url: string;
  stop(): Promise<void>;
}

const running = new Set<InProcessServer>();

/** Starts the standalone server on a free port, on SQLite in memory unless told otherwise. */
export async function startInProcess(
  variables: Variables = {},
  limits?: ArrivalLimits,
): Promise<InProcessServer> {
  const app = await createServer(
    readEnvironment({
      DATABASE_URL: 'sqlite::memory:',
      ...SECRETS,
      ...variables,
    }),
    limits,
  );
  app.useLogger(false);
  await app.listen(0, '127.0.0.1');
  const server = {
    app,
    url: await app.getUrl(),
    stop: async () => {
      running.delete(server);
      app.getHttpServer().closeAllConnections();
      await app.close();
    },
  };
  running.add(server);
  return server;
}

/** Stops what the tests of a file have left running. */
export async function stopAll(): Promise<void> {
  await Promise.all(Array.from(running, (server) => server.stop()));
}
