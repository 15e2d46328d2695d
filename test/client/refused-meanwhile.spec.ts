import { eventually } from '../contract/vocabulary.js';
import { ANN, type Api, nameOf, startApi } from './api.js';

let api: Api;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

it('what is refused of a session keeps nobody from refreshing who signs in meanwhile', async () => {
  const refused = { status: 401, headers: { 'x-auth-error': 'invalid_token' } };
  let asked = 0;
  let login = Promise.resolve();
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const { url } = new Request(input);
    const isAnns = url.endsWith('/auth/me') && (asked += 1) <= 2;
    if (isAnns && asked === 2) await login;
    return isAnns ? new Response(null, refused) : globalThis.fetch(input, init);
  };
  const baton = await api.signedIn({ fetch });
  const held = api.line.hold('/auth/login');
  login = held.arrived;
  const replayed = baton.fetch('/auth/me');
  await eventually(1_000, async () => asked === 2);
  const signedIn = baton.signIn({ ...ANN, username: 'bob' });
  expect((await replayed).status).toBe(401);
  held.letGo();
  await signedIn;
  api.host.clock.turn(900);
  expect(await nameOf(baton)).toBe('bob');
});
