import { setTimeout as sleep } from 'node:timers/promises';
import { ConsoleLogger, type INestApplication, Logger, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { DPOP_NONCE_HEADER } from '../auth/dpop/nonce-header.js';
import { AUTH_ERROR_HEADER } from '../auth/error-headers.js';
import { AppModule } from './app.module.js';
import { openDatabase } from './database/database.js';
import type { Environment } from './environment/environment.js';
import { toAuthError } from './error.filter.js';
import { MAX_BODY_BYTES, acceptBodies } from './json-body.js';
import { lookAtHeads } from './request-head.js';
import { serveOpenApi } from './openapi.js';

/** Makes the application, ready to listen. */
export async function createServer(
  environment: Environment,
  { headersMs, requestMs, lookEveryMs }: ArrivalLimits = ARRIVAL_LIMITS,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    // Fastify sets its own requestTimeout on the server that it makes, which is none unless it is told.
    requestTimeout: requestMs,
    http: {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: lookEveryMs,
    },
    bodyLimit: MAX_BODY_BYTES,
    trustProxy: (_address, hop) => hop < environment.TRUST_PROXY,
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_BODY_BYTES },
    frameworkErrors: answerUnreadable,
  });
  const dataSource = await openDatabase(
    environment.DATABASE_URL,
    environment.SQLITE_SYNCHRONOUS,
    environment.AUTH_AUDIT,
  );
  const module = AppModule.from(environment, dataSource, await metricsOf(environment));
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: new ConsoleLogger({ json: environment.NODE_ENV === 'production' }),
  });
  lookAtHeads(adapter, environment);
  acceptBodies(adapter);
  allowOrigins(app, environment.AUTH_ORIGINS);
  if (environment.AUTH_DOCS ?? environment.NODE_ENV !== 'production') serveOpenApi(app);
  return app;
}

/** OpenTelemetry's SDK is loaded where it is switched on, and only there. */
async function metricsOf({ AUTH_METRICS }: Environment): Promise<Type[]> {
  if (!AUTH_METRICS) return [];
  const { MetricsModule } = await import('./metrics/metrics.module.js');
  return [MetricsModule];
}

/** A connection whose request has arrived but was not read yet looks idle, and idle ones are closed first. */
const ARRIVAL_MS = 100;
/** How long requests under way may take to finish after a stop, before their connections are cut. */
const DRAIN_MS = 5_000;
/** By when the process ends, whatever still hangs. */
const STOP_MS = 9_000;

/** How long a request may take to arrive. */
export interface ArrivalLimits {
  /** Its headers, milliseconds from its first byte. */
  readonly headersMs: number;
  /** All of it. */
  readonly requestMs: number;
  /** How often is looked; Node's own half a minute would let a slow one live on for as long. */
  readonly lookEveryMs: number;
}

const ARRIVAL_LIMITS: ArrivalLimits = { headersMs: 10_000, requestMs: 15_000, lookEveryMs: 1_000 };

/** What the router refuses before there is a route: a path that is not one. */
function answerUnreadable(exception: Error, _request: unknown, reply: FastifyReply): void {
  const error = toAuthError(exception);
  void reply
    .status(error.getStatus())
    .header(AUTH_ERROR_HEADER, error.code)
    .send(error.getResponse());
}

/** Listens until `SIGTERM` or `SIGINT`. */
export async function runServer(environment: Environment): Promise<void> {
  const app = await createServer(environment);
  stopOnSignals(app);
  await app.listen(environment.PORT, environment.HOST);
  new Logger('Server').log(`Listening on ${await app.getUrl()}`);
}

function allowOrigins(app: INestApplication, origins: string[]): void {
  if (origins.length === 0) return;
  app.enableCors({
    origin: origins,
    credentials: true,
    methods: ['GET', 'POST', 'DELETE'],
    exposedHeaders: [
      AUTH_ERROR_HEADER,
      DPOP_NONCE_HEADER,
      'Date',
      'Retry-After',
      'WWW-Authenticate',
    ],
  });
}

/** Refuses new connections, finishes the requests under way, cuts those that do not end, exits with 0. */
function stopOnSignals(app: NestFastifyApplication): void {
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await sleep(ARRIVAL_MS);
    const http = app.getHttpServer();
    setInterval(() => http.closeIdleConnections(), ARRIVAL_MS).unref();
    setTimeout(() => http.closeAllConnections(), DRAIN_MS).unref();
    setTimeout(() => process.exit(0), STOP_MS).unref();
    await app.close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop());
}
