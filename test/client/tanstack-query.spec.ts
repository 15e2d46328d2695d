/** TanStack Query beside the client. @see issue 13, sections 1 and 4 */
import { QueryClient, QueryObserver } from '@tanstack/query-core';
import { BatonError } from '../../src/client/index.js';
import { memoryStorage } from '../../src/client/storage/memory.js';
import { followSession, retryUnlessOver } from '../../src/client/tanstack-query.js';
import { ANN, type Api, nameOf, startApi } from './api.js';

let api: Api;
let client: QueryClient;
beforeEach(async () => {
  api = await startApi();
  client = new QueryClient({ defaultOptions: { queries: { retry: retryUnlessOver } } });
});
afterEach(async () => {
  client.clear();
  await api.close();
});

const BOB = { username: 'bob', password: ANN.password };

it('what was fetched as one user is never shown to the next', async () => {
  const baton = await api.signedIn();
  const stop = followSession(client, baton);
  await client.fetchQuery({ queryKey: ['me'], queryFn: () => nameOf(baton) });
  expect(client.getQueryData(['me'])).toBe('ann');
  await baton.signIn(BOB);
  expect(client.getQueryData(['me'])).toBeUndefined();
  stop();
});

it('what is on its way for one user never arrives at the next, and who looks is served anew', async () => {
  const baton = await api.signedIn();
  const stop = followSession(client, baton);
  let answerAnn: ((name: string) => void) | undefined;
  const queryFn = () =>
    baton.getState().sessionId === annsSession
      ? new Promise<string>((answer) => {
          answerAnn = answer;
        })
      : nameOf(baton);
  const annsSession = baton.getState().sessionId;
  const seen: unknown[] = [];
  const observer = new QueryObserver(client, { queryKey: ['me'], queryFn });
  const served = new Promise<void>((tell) => {
    observer.subscribe(({ data }) => {
      seen.push(data);
      if (data === 'bob') tell();
    });
  });
  await baton.signIn(BOB);
  answerAnn?.('ann');
  await served;
  expect(seen).not.toContain('ann');
  stop();
});

it('what was changed as one user is forgotten with the session', async () => {
  const baton = await api.signedIn();
  const stop = followSession(client, baton);
  const mutations = client.getMutationCache();
  await mutations.build(client, { mutationFn: async () => 'secret of ann' }).execute(undefined);
  await baton.signOut();
  expect(mutations.getAll()).toEqual([]);
  stop();
});

it('what was asked before the first look belongs to whom that finds', async () => {
  const storage = memoryStorage();
  await api.signedIn({ storage });
  const baton = api.client({ storage });
  const stop = followSession(client, baton);
  expect(baton.getState().status).toBe('unknown');
  client.setQueryData(['me'], 'ann');
  await baton.getAccessToken();
  expect([baton.getState().status, client.getQueryData(['me'])]).toEqual(['signedIn', 'ann']);
  stop();
});

it('tries again what may succeed, and not what is over', () => {
  const failed = new BatonError('refresh_failed');
  expect([0, 2, 3].map((failures) => retryUnlessOver(failures, failed))).toEqual([
    true,
    true,
    false,
  ]);
  expect(retryUnlessOver(0, new BatonError('session_changed'))).toBe(false);
});
