import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { jest } from '@jest/globals';

const HERE = fileURLToPath(new URL('./keyring', import.meta.url));
const CHECKS = [process.execPath, '--import', 'tsx', join(HERE, 'checks.ts')];
const UNLOCKED = `printf password | gnome-keyring-daemon --unlock --components=secrets --daemonize >&2; exec "$@"`;

/** The commands that a session is started with. */
const SESSIONS = {
  'a GNOME keyring that is unlocked': ['dbus-run-session', '--', 'sh', '-c', UNLOCKED, 'sh'],
  'a GNOME keyring that nobody has unlocked': ['dbus-run-session', '--'],
  'a bus without a keyring': [
    'dbus-run-session',
    `--config-file=${join(HERE, 'bare-bus.conf')}`,
    '--',
  ],
  'no bus': ['env'],
};

const isThere = ['dbus-run-session', 'dbus-send', 'gnome-keyring-daemon'].every(
  (program) => spawnSync(program, ['--version']).error === undefined,
);
const isRequired = process.env['CI'] === 'true' && process.platform === 'linux';

interface Outcome {
  readonly name: string;
  readonly error: string | null;
}

/** Runs groups of `keyring/checks.ts` in a session with a home folder of its own. */
async function outcomesIn(
  session: keyof typeof SESSIONS,
  ...groups: string[]
): Promise<readonly Outcome[]> {
  const home = await mkdtemp(join(tmpdir(), 'baton-keyring-'));
  const { PATH, TSX_TSCONFIG_PATH } = process.env;
  const [command = '', ...args] = [...SESSIONS[session], ...CHECKS, ...groups];
  try {
    const { stdout } = await promisify(execFile)(command, args, {
      env: { PATH, TSX_TSCONFIG_PATH, HOME: home },
      timeout: 50_000,
    });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

// On a busy machine gnome-keyring-daemon itself dies now and then: "recipient disconnected from message bus".
jest.retryTimes(2, { logErrorsBeforeRetry: true });

const describeIfThere = isThere || isRequired ? describe : describe.skip;

describeIfThere('the storage in the keychain (which test/client/install-keyring installs)', () => {
  it.each<[keyof typeof SESSIONS, string[], number]>([
    ['a GNOME keyring that is unlocked', ['contract'], 11],
    ['a GNOME keyring that is unlocked', ['small'], 11],
    ['a GNOME keyring that is unlocked', ['kept'], 3],
    ['a GNOME keyring that nobody has unlocked', ['refused'], 2],
    ['a bus without a keyring', ['refused', 'unreachable'], 4],
    ['no bus', ['refused', 'unreachable'], 4],
  ])('in %s passes the checks %j', async (session, groups, atLeast) => {
    const outcomes = await outcomesIn(session, ...groups);
    expect(outcomes.filter(({ error }) => error !== null)).toEqual([]);
    expect(outcomes.length).toBeGreaterThanOrEqual(atLeast);
  });
});

describe('@napi-rs/keyring before 2.1.0', () => {
  it('is refused, as it would fall back to the keyring of the kernel', async () => {
    const touched: string[] = [];
    class AsyncEntry {
      getPassword = async () => touched.push('get');
      setPassword = async () => touched.push('set');
      deletePassword = async () => touched.push('delete');
    }
    jest.unstable_mockModule('@napi-rs/keyring', () => ({ AsyncEntry }));
    const { keychainStorage } = await import('../../src/client/storage/keychain.js');
    const storage = keychainStorage({ service: 'nestjs-baton-test' });
    await expect(Promise.resolve(storage.read())).rejects.toThrow('2.1.0');
    await expect(Promise.resolve(storage.write('value'))).rejects.toThrow('2.1.0');
    await expect(Promise.resolve(storage.remove())).rejects.toThrow('2.1.0');
    expect(touched).toEqual([]);
  });
});
