import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { readEnvironment } from '../../src/standalone/environment/environment.js';
import { startInProcess, stopAll } from './server-in-process.js';

const CLIENTS = 50;
const secretOf = (kind: string, age: number): string => `${kind} secret number ${age} of 32 bytes`;

/** What the server is given after so many changes of its secrets. */
function variablesAfter(changes: number): Record<string, string> {
  const previous = (kind: string): string =>
    Array.from({ length: changes }, (_none, age) => secretOf(kind, age))
      .toReversed()
      .join(',');
  return {
    AUTH_ACCESS_SECRET: secretOf('access', changes),
    AUTH_REFRESH_SECRET: secretOf('refresh', changes),
    AUTH_ACCESS_SECRET_PREVIOUS: previous('access'),
    AUTH_REFRESH_SECRET_PREVIOUS: previous('refresh'),
  };
}

describe('secrets that are changed', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'baton-'));
  });
  afterEach(stopAll);
  afterAll(() => rmSync(folder, { recursive: true }));

  it('log none of 50 clients out in three changes, each at the refresh of all', async () => {
    const ann = { username: 'ann', password: 'correct horse battery staple' };
    const DATABASE_URL = `sqlite:${join(folder, 'baton.sqlite')}`;
    const start = (changes: number) => startInProcess({ DATABASE_URL, ...variablesAfter(changes) });

    let server = await start(0);
    await request(server.url).post('/users').send(ann);
    const { body: first } = await request(server.url).post('/auth/login').send(ann);
    let pairs = [first];
    while (pairs.length < CLIENTS) {
      pairs.push((await request(server.url).post('/auth/login').send(ann)).body);
    }
    for (const changes of [1, 2, 3]) {
      await server.stop();
      server = await start(changes);
      const { url } = server;
      const refreshed = pairs.map(async ({ access_token, refresh_token }) => {
        const me = await request(url).get('/auth/me').auth(access_token, { type: 'bearer' });
        expect(me.status).toBe(200);
        return request(url).post('/auth/token/refresh').send({ refresh_token });
      });
      const answers = await Promise.all(refreshed);
      expect(answers.map(({ status }) => status)).toEqual(Array(CLIENTS).fill(200));
      pairs = answers.map(({ body }) => body);
    }
  });

  it.each([
    ['a short one', { AUTH_ACCESS_SECRET_PREVIOUS: 'short' }, 'AUTH_ACCESS_SECRET_PREVIOUS'],
    [
      "one of the other kind's",
      { AUTH_REFRESH_SECRET_PREVIOUS: secretOf('access', 0) },
      'AUTH_REFRESH_SECRET_PREVIOUS',
    ],
  ])('cannot be %s', (_what, given, name) => {
    const { AUTH_ACCESS_SECRET, AUTH_REFRESH_SECRET } = variablesAfter(0);
    expect(() => readEnvironment({ AUTH_ACCESS_SECRET, AUTH_REFRESH_SECRET, ...given })).toThrow(
      new RegExp(`^${name} takes [^\\n]*$`),
    );
  });
});
