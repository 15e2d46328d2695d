import { memoryStorage } from '../../src/client/storage/memory.js';
import { eventually } from '../contract/vocabulary.js';
import { ANN, type Api, refreshes, startApi } from './api.js';
import { recording } from './recording.js';
import { withoutPauses } from './without-pauses.js';

let api: Api;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());
withoutPauses();

const letTokensEnd = () => api.host.clock.turn(900);

/** Signed in over a storage that can be told to fail, counting from now on. */
async function onFragileStorage() {
  const inner = memoryStorage();
  const recorded = recording(inner);
  const baton = await api.signedIn({ storage: recorded.storage });
  const failures: unknown[] = [];
  baton.on('storageFailed', ({ error }) => failures.push(error));
  return { baton, inner, recorded, failures };
}

it('a storage that cannot be read is no sign-out', async () => {
  const { baton, inner, recorded } = await onFragileStorage();
  recorded.fails = (verb) => verb === 'read';
  const next = api.client({ storage: recorded.storage });
  await expect(next.fetch('/auth/me')).rejects.toMatchObject({ code: 'storage_unavailable' });
  await expect(next.getAccessToken()).rejects.toMatchObject({ code: 'storage_unavailable' });
  expect(next.getState().status).toBe('signedOut');
  letTokensEnd();
  await expect(baton.fetch('/auth/me')).rejects.toMatchObject({ code: 'storage_unavailable' });
  expect(baton.getState().status).toBe('signedIn');

  recorded.fails = () => false;
  expect((await next.fetch('/auth/me')).status).toBe(200);
  expect((await baton.fetch('/auth/me')).status).toBe(200);
  expect(await inner.read()).not.toBeNull();
});

it.each(['nonsense', '{"v":2}', '{"half":', '""', 'null'])(
  'a stored %s is no sign-out, and the next sign-in replaces it',
  async (value) => {
    const storage = memoryStorage();
    await storage.write(value);
    const baton = api.client({ storage });
    await expect(baton.fetch('/auth/me')).rejects.toMatchObject({ code: 'storage_unavailable' });
    await baton.signIn(ANN);
    expect((await baton.fetch('/auth/me')).status).toBe(200);
    expect((await api.client({ storage }).fetch('/auth/me')).status).toBe(200);
  },
);

it('a write that fails once is tried again before anybody notices', async () => {
  const { baton, recorded, failures, inner } = await onFragileStorage();
  const before = await inner.read();
  letTokensEnd();
  recorded.fails = (verb, nth) => verb === 'write' && nth < 2;
  expect((await baton.fetch('/auth/me')).status).toBe(200);
  expect(failures).toEqual([]);
  expect(await inner.read()).not.toBe(before);
});

it('tokens that cannot be written live on in memory, an event says so, and the write is tried again', async () => {
  const { baton, recorded, failures, inner } = await onFragileStorage();
  const { sessionId } = baton.getState();
  const before = await inner.read();
  recorded.fails = (verb) => verb === 'write';
  for (let round = 0; round < 3; round += 1) {
    letTokensEnd();
    expect((await baton.fetch('/auth/me')).status).toBe(200);
  }
  expect(failures).toHaveLength(3);
  expect(await inner.read()).toBe(before);

  recorded.fails = () => false;
  api.wake();
  await eventually(2_000, async () => (await inner.read()) !== before);
  const next = api.client({ storage: inner });
  expect((await next.fetch('/auth/me')).status).toBe(200);
  expect(next.getState().sessionId).toBe(sessionId);
  expect(refreshes(api)).toBe(3);
});

it('a storage that fails altogether leaves the session in memory', async () => {
  const { baton, recorded } = await onFragileStorage();
  letTokensEnd();
  recorded.fails = (verb) => verb === 'write';
  expect((await baton.fetch('/auth/me')).status).toBe(200);
  recorded.fails = () => true;
  letTokensEnd();
  expect((await baton.fetch('/auth/me')).status).toBe(200);
});

it('a session opened on a storage that has never worked is written once it does', async () => {
  const inner = memoryStorage();
  const recorded = recording(inner);
  recorded.fails = () => true;
  const baton = await api.signedIn({ storage: recorded.storage });
  expect((await baton.fetch('/auth/me')).status).toBe(200);
  recorded.fails = () => false;
  api.wake();
  await eventually(2_000, async () => (await inner.read()) !== null);
  expect((await baton.fetch('/auth/me')).status).toBe(200);
  expect((await api.client({ storage: inner }).fetch('/auth/me')).status).toBe(200);
});

it('a sign-out that cannot be written holds all the same, and is written later', async () => {
  const { baton, recorded, inner } = await onFragileStorage();
  recorded.fails = (verb) => verb !== 'read';
  await baton.signOut();
  expect(baton.getState().status).toBe('signedOut');
  expect(await baton.getAccessToken()).toBeNull();
  recorded.fails = () => false;
  api.wake();
  await eventually(2_000, async () => (await inner.read()) === null);
});

describe('a refresh survives the failure', () => {
  it.each(
    (['read', 'write'] as const).flatMap((verb) => [0, 1, 2, 3].map((nth) => ({ verb, nth }))),
  )('of $verb number $nth', async ({ verb, nth }) => {
    const { baton, inner, recorded } = await onFragileStorage();
    const { sessionId } = baton.getState();
    letTokensEnd();
    const base = recorded.calls.filter((call) => call === verb).length;
    recorded.fails = (failing, count) => failing === verb && count === base + nth;
    await baton.fetch('/auth/me').catch(() => {});
    api.wake();
    expect((await baton.fetch('/auth/me')).status).toBe(200);
    letTokensEnd();
    const next = api.client({ storage: inner });
    expect((await next.fetch('/auth/me')).status).toBe(200);
    expect(next.getState().sessionId).toBe(sessionId);
  });
});
