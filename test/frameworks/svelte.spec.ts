/** Svelte's own stores; the example in a browser is in test/playground. @see issue 13, section 4 */
import { derived } from 'svelte/store';
import { sessionStore } from '../../src/client/svelte.js';
import { type Api, startApi } from '../client/api.js';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

it('a store of Svelte tells of the session at once and from then on, until nobody listens', async () => {
  const baton = await api.signedIn();
  const seen: string[] = [];
  const status = derived(sessionStore(baton), (session) => session.status);
  const stop = status.subscribe((now) => seen.push(now));
  await baton.signOut();
  await new Promise(setImmediate);
  stop();
  await baton.signIn({ username: 'bob', password: 'correct horse battery staple' });
  await new Promise(setImmediate);
  expect(seen).toEqual(['signedIn', 'signedOut']);
});
