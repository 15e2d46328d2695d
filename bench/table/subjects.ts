import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import * as apis from '../driver/apis.js';

/** A server that is measured: a program that prints where it listens. */
export interface Subject {
  readonly name: string;
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
  readonly api: apis.Api;
}

const ROOT = join(import.meta.dirname, '../../..');

const on = (platform: string, name: string, program: string, root = ROOT): Subject => ({
  name: `${name} ${platform}`,
  program: join(root, `bench/build/subjects/${program}.js`),
  env: { PLATFORM: platform },
  api: apis.HOST,
});
const onBoth = (...what: [name: string, program: string, root?: string]): Subject[] => [
  on('fastify', ...what),
  on('express', ...what),
];

/** Applications that import the module, each beside that of the other checkout where there is one. */
export const hosts = (against: string | null): Subject[] => [
  ...onBoth('baton', 'baton'),
  ...(against === null ? [] : onBoth('other baton', 'baton', against)),
];

/** The one of them for what is the same on both platforms. */
export const HOST = on('fastify', 'baton', 'baton');

/** The same Nest application without the module: a guard that says yes, an echo, a hash, `passport-jwt`. */
export const NESTS = onBoth('nest', 'nest');

/** The same in processes of their own, for what stands behind a bare strategy with a `KeyObject`. */
export const PASSPORTS = onBoth('bare passport-jwt', 'nest');

/** What the tutorials have: `passport-jwt`, and a look-up of the user for each request. */
export const TEXTBOOK = { ...on('express', 'textbook', 'nest'), api: apis.TEXTBOOK };

/** As `npm start` runs it. */
export const SERVER: Subject = {
  name: 'standalone',
  program: join(ROOT, 'dist/main.js'),
  env: { HOST: '127.0.0.1', UV_THREADPOOL_SIZE: String(availableParallelism()) },
  api: apis.STANDALONE,
};

/** The same, but for what it leaves to the operating system: as hosts and the rival have SQLite. */
export const UNSYNCED: Subject = {
  ...SERVER,
  name: 'standalone synchronous=normal',
  env: { ...SERVER.env, SQLITE_SYNCHRONOUS: 'normal' },
};

/** The best of the others that rotate. */
export const RIVAL: Subject = {
  name: 'oidc-provider',
  program: join(ROOT, 'bench/rivals/oidc-provider/server.js'),
  env: {},
  api: apis.OIDC_PROVIDER,
};

/** An application with a gateway, for `npm run measure:connections`. */
export const SOCKETS = on('express', 'sockets', 'sockets');
