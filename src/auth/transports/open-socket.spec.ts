import { type AuthError, SessionRevokedError, UnavailableError } from '../../errors.js';
import { closeSocket, isGone } from './open-socket.js';

const REVOKED = new SessionRevokedError('logout');
const AWAY = new UnavailableError('The database is unavailable');

/** What a client was told, in order. */
function toldTo(isSocketIo: boolean, error: AuthError): unknown[] {
  const told: unknown[] = [];
  const note =
    (method: string) =>
    (...args: unknown[]) =>
      told.push([method, ...args]);
  const client = isSocketIo
    ? { handshake: {}, emit: note('emit'), disconnect: note('disconnect') }
    : { close: note('close') };
  closeSocket(client, error);
  return told;
}

describe('a socket that nobody may hold any more', () => {
  it('is closed with 4401, which looks like 401, and the reason', () => {
    expect(toldTo(false, REVOKED)).toEqual([['close', 4401, 'session_revoked']]);
  });

  it('is closed with 1013, so that its client comes back, where nobody could tell', () => {
    expect(toldTo(false, AWAY)).toEqual([['close', 1013, 'unavailable']]);
  });

  it.each([
    [REVOKED, 4401],
    [AWAY, 1013],
  ])(
    'of socket.io is told why, and loses its connection with all its namespaces',
    (error, code) => {
      const why = { error: error.code, error_description: error.message, code };
      expect(toldTo(true, error)).toEqual([
        ['emit', 'exception', why],
        ['disconnect', true],
      ]);
    },
  );
});

it.each<[string, object, boolean]>([
  ['of socket.io that is connected', { disconnect() {}, handshake: {}, connected: true }, false],
  ['of socket.io that is not', { disconnect() {}, handshake: {}, connected: false }, true],
  ['that is open', { readyState: 1 }, false],
  ['that is closing', { readyState: 2 }, false],
  ['that is closed', { readyState: 3 }, true],
  ['of a response that is written', { destroyed: false }, false],
  ['of a response that is gone', { destroyed: true }, true],
])('a connection %s', (_what, connection, gone) => {
  expect(isGone(connection)).toBe(gone);
});
