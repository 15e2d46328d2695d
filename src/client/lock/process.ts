import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { type Server, createServer } from 'node:net';
import { resolve } from 'node:path';
import { type BatonLock, inTurn } from '../lock.js';
import { codeOf, pollUntil } from './poll.js';

/** `O_EXLOCK` of macOS and the BSDs: open and `flock` in one call. Node has no name for it. */
const O_EXLOCK = 0x20;

/**
 * A lock between the processes of one machine, without dependencies. The operating system frees it when its holder
 * dies: on Linux an abstract socket, on Windows a named pipe, elsewhere a `flock` on a file that may stay behind.
 * Linux containers with networks of their own do not see each other's; give them `sqliteLock`.
 *
 * @param path what is locked; need not exist, and is not touched on Linux and Windows
 */
export function processLock(path: string): BatonLock {
  const oneByOne = inTurn();
  const acquire = acquirerOf(resolve(path));
  return {
    run: (task, signal) =>
      oneByOne(async () => {
        const release = await pollUntil(acquire, signal);
        try {
          return await task();
        } finally {
          await release();
        }
      }),
  };
}

/** Tries once to take hold. Gives null when somebody else has it, else what lets go. */
type Acquire = () => Promise<(() => Promise<void>) | null>;

function acquirerOf(path: string): Acquire {
  const name = `nestjs-baton-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`;
  const { platform } = process;
  if (platform === 'linux' || platform === 'android') return () => listenAlone(`\0${name}`);
  if (platform === 'win32') return () => listenAlone(`\\\\?\\pipe\\${name}`);
  return () => openAlone(path);
}

function listenAlone(address: string): Promise<(() => Promise<void>) | null> {
  return new Promise((give, fail) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => (codeOf(error) === 'EADDRINUSE' ? give(null) : fail(error)));
    server.listen({ path: address, exclusive: true }, () => give(() => closed(server)));
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((done) => server.close(() => done()));
}

async function openAlone(path: string): Promise<(() => Promise<void>) | null> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | O_EXLOCK;
  try {
    const file = await open(path, flags, 0o600);
    return () => file.close();
  } catch (error) {
    if (codeOf(error) === 'EAGAIN' || codeOf(error) === 'EWOULDBLOCK') return null;
    throw error;
  }
}
