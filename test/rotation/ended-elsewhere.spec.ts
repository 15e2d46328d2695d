import * as v from 'valibot';
import { AuthEvents } from 'nestjs-baton';
import { settingsSchema } from '../../src/options.js';
import { RevocationList } from '../../src/sessions/revocation-list.js';
import { RevocationService } from '../../src/sessions/revocation.service.js';
import { TurnedClock } from '../host/turned-clock.js';
import { NOW, type SessionsTable, openSessionsTable } from './sessions-table.js';

let table: SessionsTable;
let revocations: RevocationService;

beforeEach(async () => {
  table = await openSessionsTable();
  const [settings, clock] = [v.parse(settingsSchema, {}), new TurnedClock(NOW)];
  const list = new RevocationList(settings, table.store, clock);
  revocations = new RevocationService(settings, clock, table.store, list, new AuthEvents());
  await table.add('a', { revokedAtMs: NOW - 1, revokedReason: 'password_changed' });
});

afterEach(() => table.drop());

/** @see issue 11 */
describe('a session that another instance has ended is known here as soon as', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['it is to be ended', () => revocations.revoke('a', 'ann', 'logout')],
    ['its user wants to end it', () => revocations.revokeOwn('a', 'ann', 'logout')],
  ])('%s: without another end, and with its own reason', async (_what, end) => {
    expect(revocations.reasonKnownFor('a')).toBeNull();
    expect(await end()).toBe(false);
    expect(revocations.reasonKnownFor('a')).toBe('password_changed');
    expect(await table.find('a')).toMatchObject({ revokedReason: 'password_changed' });
  });
});

it('a session that nobody has is nothing to know, where its user wants to end it', async () => {
  expect(await revocations.revokeOwn('b', 'ann', 'logout')).toBe(false);
  expect(revocations.reasonKnownFor('b')).toBeNull();
});

const end = (write: boolean) => revocations.revokeAllWith(async () => write, 'ann', 'changed');

describe('sessions that end together with what an application writes', () => {
  beforeEach(() => table.add('c'));

  it('end where it was written', async () => {
    expect(await end(true)).toBe(true);
    expect(await table.find('c')).toMatchObject({ revokedReason: 'changed' });
  });

  it('go on where nothing was to be written after all', async () => {
    expect(await end(false)).toBe(false);
    expect(await table.find('c')).toMatchObject({ revokedAtMs: null });
  });
});
