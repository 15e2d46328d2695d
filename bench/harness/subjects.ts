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

const own = (program: string, root = ROOT): string => join(root, 'bench/build/subjects', program);

/** An application that imports the module, of this checkout or of another. */
export function baton(platform: Platform, root = ROOT): Subject {
  const name = `baton ${platform}${root === ROOT ? '' : ' (other)'}`;
  return { name, program: own('baton.js', root), env: { PLATFORM: platform }, protocol: 'baton' };
}

/** Ours on both platforms, each beside that of the other checkout where there is one. */
export function batons(against: string | null): Subject[] {
  const roots = against === null ? [ROOT] : [ROOT, against];
  return PLATFORMS.flatMap((platform) => roots.map((root) => baton(platform, root)));
}

/** The same Nest application without the module. */
export function limits(platform: Platform): Subject {
  return {
    name: `nest ${platform}`,
    program: own('limits.js'),
    env: { PLATFORM: platform },
    protocol: 'baton',
  };
}

export function bareTypeorm(platform: Platform): Subject {
  return {
    name: `bare nest+typeorm ${platform}`,
    program: own('bare-typeorm.js'),
    env: { PLATFORM: platform },
    protocol: 'baton',
  };
}

/** The same Nest application behind a bare `passport-jwt` strategy with a `KeyObject`. */
export function barePassport(platform: Platform): Subject {
  return {
    name: `bare passport-jwt ${platform}`,
    program: own('bare-passport.js'),
    env: { PLATFORM: platform },
    protocol: 'bare',
  };
}

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
