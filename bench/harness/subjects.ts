import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { ProtocolName } from '../driver/protocols.js';

/** A server that is measured. */
export interface Subject {
  readonly name: string;
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
  readonly protocol: ProtocolName;
}

export const PLATFORMS = ['fastify', 'express'] as const;
export type Platform = (typeof PLATFORMS)[number];

const ROOT = join(import.meta.dirname, '../../..');

function built(
  name: string,
  program: string,
  platform: Platform,
  protocol: ProtocolName = 'baton',
  root = ROOT,
): Subject {
  const path = join(root, 'bench/build/subjects', program);
  return { name: `${name} ${platform}`, program: path, env: { PLATFORM: platform }, protocol };
}

/** An application that imports the module. */
export const baton = (platform: Platform): Subject => built('baton', 'baton.js', platform);

/** Ours on both platforms, each beside that of the other checkout where there is one. */
export function batons(against: string | null): Subject[] {
  return PLATFORMS.flatMap((platform) => {
    if (against === null) return [baton(platform)];
    const other = built('baton', 'baton.js', platform, 'baton', against);
    return [baton(platform), { ...other, name: `${other.name} (other)` }];
  });
}

/** The same Nest application without the module. */
export const limits = (platform: Platform): Subject => built('nest', 'limits.js', platform);

/** A Nest application with a database and nothing else. */
export const bareTypeorm = (platform: Platform): Subject =>
  built('bare nest+typeorm', 'bare-typeorm.js', platform);

/** The same Nest application behind a bare `passport-jwt` strategy with a `KeyObject`. */
export const barePassport = (platform: Platform): Subject =>
  built('bare passport-jwt', 'bare-passport.js', platform, 'bare');

/** As `npm start` runs it. */
export const STANDALONE: Subject = {
  name: 'standalone',
  program: join(ROOT, 'dist/main.js'),
  env: { HOST: '127.0.0.1', UV_THREADPOOL_SIZE: String(availableParallelism()) },
  protocol: 'standalone',
};

/** The same, but for what it leaves to the operating system: as the rivals have SQLite. */
export const STANDALONE_UNSYNCED: Subject = {
  ...STANDALONE,
  name: 'standalone synchronous=normal',
  env: { ...STANDALONE.env, SQLITE_SYNCHRONOUS: 'normal' },
};

function rival(
  protocol: ProtocolName,
  variant: string,
  env: Readonly<Record<string, string>> = {},
): Subject {
  const program = join(ROOT, 'bench/rivals', protocol, 'server.js');
  return { name: `${protocol}${variant}`, program, env, protocol };
}

/** What people would use instead. */
export const RIVALS: readonly Subject[] = [
  rival('textbook', ' fastify', { PLATFORM: 'fastify' }),
  rival('textbook', ' express', { PLATFORM: 'express' }),
  rival('better-auth', ''),
  rival('better-auth', ' cookie cache', { COOKIE_CACHE: 'on' }),
  rival('oidc-provider', ''),
  rival('ackplus-nest-auth', ' express'),
];
