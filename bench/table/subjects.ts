import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  type Api,
  HOST,
  OIDC_PROVIDER,
  STANDALONE,
  TEXTBOOK as TEXTBOOK_API,
} from '../driver/apis.js';

/** A server that is measured: a program that prints where it listens. */
export interface Subject {
  readonly name: string;
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
  readonly api: Api;
}

type Platform = 'fastify' | 'express';

const ROOT = join(import.meta.dirname, '../../..');

function built(name: string, program: string, platform: Platform, root = ROOT): Subject {
  return {
    name: `${name} ${platform}`,
    program: join(root, `bench/build/subjects/${program}.js`),
    env: { PLATFORM: platform },
    api: HOST,
  };
}

const onBoth = (name: string, program: string, root = ROOT): Subject[] => [
  built(name, program, 'fastify', root),
  built(name, program, 'express', root),
];

/** Applications that import the module, each beside that of the other checkout where there is one. */
export const hosts = (against: string | null): Subject[] => [
  ...onBoth('baton', 'baton'),
  ...(against === null ? [] : onBoth('other baton', 'baton', against)),
];

/** The same Nest application without the module: a guard that says yes, an echo, a hash, `passport-jwt`. */
export const NESTS = onBoth('nest', 'nest');

/** The same in processes of their own, for what stands behind a bare strategy with a `KeyObject`. */
export const PASSPORTS = onBoth('bare passport-jwt', 'nest');

/** What the tutorials have: `passport-jwt`, and a look-up of the user for each request. */
export const TEXTBOOK: Subject = { ...built('textbook', 'nest', 'express'), api: TEXTBOOK_API };

/** As `npm start` runs it. */
export const SERVER: Subject = {
  name: 'standalone',
  program: join(ROOT, 'dist/main.js'),
  env: { HOST: '127.0.0.1', UV_THREADPOOL_SIZE: String(availableParallelism()) },
  api: STANDALONE,
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
  api: OIDC_PROVIDER,
};

/** An application with a gateway, for `npm run measure:connections`. */
export const SOCKETS = built('sockets', 'sockets', 'express');
