import { jest } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type InProcessServer, startInProcess, stopAll } from './server-in-process.js';
import { PASSWORD, bearer, get, post, signUp } from './vocabulary.js';

/** The big list of naughty strings, which is not part of this project. */
const FILE = join(import.meta.dirname, '../../../shared/vectors/naughty/blns.json');
const isThere = existsSync(FILE);
const naughty: string[] = isThere ? JSON.parse(readFileSync(FILE, 'utf8')) : [];

/** Argon2id takes its time: those that say the same are tried once, and some at a time. */
const distinct = Array.from(new Set(naughty).values(), (text, index) => [index, text] as const);
const AT_A_TIME = 16;

jest.setTimeout(300_000);

async function forEach(task: (text: string, index: number) => Promise<void>): Promise<void> {
  for (let first = 0; first < distinct.length; first += AT_A_TIME) {
    const some = distinct.slice(first, first + AT_A_TIME);
    await Promise.all(some.map(([index, text]) => task(text, index)));
  }
}

/** @see issue 11 */
const where = isThere ? describe : describe.skip;

where(isThere ? 'naughty strings' : `skipped, for there are no naughty strings at ${FILE}`, () => {
  let server: InProcessServer;
  const url = (path: string): string => `${server.url}${path}`;

  beforeAll(async () => {
    server = await startInProcess({ AUTH_LOGIN_ATTEMPTS: '1000000', AUTH_GRACE: '10s' });
  });
  afterAll(stopAll);

  it('as user names are registered and log in, or are refused with 400', async () => {
    await forEach(async (username) => {
      const credentials = { username, password: PASSWORD };
      const registered = await post(url('/users'), credentials);
      const loggedIn = await post(url('/auth/login'), credentials);
      const outcome = `${registered.status} ${loggedIn.status}`;
      expect({ username, outcome }).toEqual({
        username,
        outcome: expect.stringMatching(/^(201 200|409 200|400 40[01])$/),
      });
    });
  });

  it('as passwords are taken whole, or refused with 400', async () => {
    await forEach(async (password, index) => {
      const credentials = { username: `naughty ${index}`, password };
      const registered = await post(url('/users'), credentials);
      const loggedIn = await post(url('/auth/login'), credentials);
      const outcome = `${registered.status} ${loggedIn.status}`;
      expect({ password, outcome }).toEqual({
        password,
        outcome: expect.stringMatching(/^(201 200|400 40[01])$/),
      });
    });
  });

  it('as names of devices are shown as they were sent, or refused with 400', async () => {
    const { credentials } = await signUp(server.url);
    for (const [, device_name] of distinct) {
      const { status, body } = await post(url('/auth/login'), { ...credentials, device_name });
      expect({ device_name, status: [200, 400].includes(status) }).toMatchObject({ status: true });
      if (status !== 200) continue;
      const list = await get(url('/auth/sessions'), bearer(body['access_token']));
      expect(list.text).toContain(JSON.stringify(device_name));
      await post(url('/auth/logout'), { refresh_token: body['refresh_token'] });
    }
  });
});
