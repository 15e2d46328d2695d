/** One's own sessions and password; a log without secrets. @see issue 13, section 4 */
import { flush, withEvents } from '../audit/audit-host.js';
import { addSessionsLike } from '../contract/session-rows.js';
import { accountOf } from '../../src/client/account.js';
import { logEvents, loggedFetch } from '../../src/client/debug-log.js';
import { ANN, type Api, nameOf, startApi } from './api.js';

let api: Api;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

it("lists one's sessions and ends another", async () => {
  const [phone, laptop] = [await api.signedIn(), await api.signedIn()];
  const account = accountOf(laptop);
  const sessions = await account.sessions();
  expect(sessions.map(({ id }) => id)).toEqual(
    expect.arrayContaining([phone, laptop].map((baton) => baton.getState().sessionId)),
  );
  const other = sessions.find(({ current }) => !current);
  await account.endSession(other?.id ?? '');
  expect(await account.sessions()).toHaveLength(1);
  expect((await phone.fetch('/auth/me')).status).toBe(401);
  expect(phone.getState().status).toBe('signedOut');
});

/** @see issue 15 */
it('reads one page of the sessions after the other', async () => {
  const batons = [await api.signedIn(), await api.signedIn(), await api.signedIn()];
  const account = accountOf(await api.signedIn());
  const ids = (await account.sessions()).map(({ id }) => id);
  expect(new Set(ids).size).toBe(batons.length + 1);
  const first = await account.sessionPage({ limit: 3 });
  const second = await account.sessionPage({ limit: 3, cursor: first.next_cursor });
  // All were used at one moment, so that their order says nothing.
  const paged = [...first.sessions, ...second.sessions].map(({ id }) => id);
  expect(paged.toSorted()).toEqual(ids.toSorted());
  expect(second.next_cursor).toBeUndefined();
  await expect(account.sessionPage({ limit: 0 })).rejects.toMatchObject({
    serverCode: 'invalid_request',
  });
});

it('reads all of more sessions than a page has', async () => {
  const baton = await api.signedIn();
  const { sessionId } = baton.getState();
  await addSessionsLike(api.host, { session_id: sessionId ?? '' }, 250, () => ({}));
  expect(await accountOf(baton).sessions()).toHaveLength(251);
});

it("rejects with the server's code, and with none where somebody else answered", async () => {
  const account = accountOf(await api.signedIn());
  await expect(account.endSession('a/b?c')).rejects.toMatchObject({
    name: 'AccountError',
    status: 404,
    serverCode: 'not_found',
  });
  const change = { current_password: ANN.password, new_password: 'another long password' };
  await expect(account.changePassword(change)).rejects.toMatchObject({
    status: 404,
    serverCode: null,
  });
});

it('changes the password where a route is told', async () => {
  const baton = await api.signedIn();
  const change = { current_password: ANN.password, new_password: 'another long password' };
  await accountOf(baton, { password: '/orders' }).changePassword(change);
  expect(await nameOf(baton)).toBe('ann');
});

it('logs calls and events, and neither token, password nor query', async () => {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const baton = api.client({ fetch: loggedFetch(write) });
  const stop = logEvents(baton, write);
  await baton.signIn(ANN);
  const token = await baton.getAccessToken();
  api.host.clock.turn(900);
  await baton.fetch(`/auth/me?secret=${token}`);
  api.line.treat = () => 'before';
  await baton.fetch('/auth/me').catch(() => {});
  api.line.treat = () => 'pass';
  await baton.signOut();
  await new Promise(setImmediate);
  stop();
  const log = lines
    .join('\n')
    .replace(/http:\S+?(?=\/auth)/g, '')
    .replace(/\d+ ms/g, '… ms');
  expect(log).toContain('POST /auth/login\n');
  expect(log).toContain('POST /auth/login 200 … ms');
  expect(log).toContain('GET /auth/me 401 token_expired … ms');
  expect(log).toContain('GET /auth/me TypeError … ms');
  expect(log).toMatch(/^refreshed [\w-]+$/m);
  expect(log).toMatch(/^signedOut [\w-]+ sign_out$/m);
  expect(log).not.toContain('secret');
  expect(log).not.toContain(ANN.password);
  expect(log).not.toContain(token);
});

/** @see docs/audit.md */
describe('what happened to the account', () => {
  it('is read page by page, the latest first, where the server keeps it', async () => {
    await api.close();
    api = await startApi({ database: withEvents(), extras: { audit: true } });
    const batons = [await api.signedIn(), await api.signedIn(), await api.signedIn()];
    await flush(api.host);
    const account = accountOf(batons[0] ?? (await api.signedIn()));
    const first = await account.activityPage({ limit: 2 });
    const second = await account.activityPage({ limit: 2, cursor: first.next_cursor ?? '' });
    const events = [...first.events, ...second.events];
    expect(events.map(({ session_id: id }) => id)).toEqual(
      batons.map((baton) => baton.getState().sessionId).toReversed(),
    );
    expect(events.map(({ current }) => current)).toEqual([false, false, true]);
    expect(second.next_cursor).toBeNull();
  });

  it('is where it is not kept no route', async () => {
    const account = accountOf(await api.signedIn());
    await expect(account.activityPage()).rejects.toMatchObject({ status: 404 });
  });
});
