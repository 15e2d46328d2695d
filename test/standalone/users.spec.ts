import { type InProcessServer, startInProcess, stopAll } from './server-in-process.js';
import { PASSWORD, bearer, get, post, signUp } from './vocabulary.js';

let server: InProcessServer;
const url = (path: string): string => `${server.url}${path}`;

beforeAll(async () => {
  server = await startInProcess();
});
afterAll(stopAll);

describe('POST /users', () => {
  it('answers 201 with id, username and created_at', async () => {
    const answer = await post(url('/users'), { username: 'Ann', password: PASSWORD });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: expect.any(String),
      username: 'Ann',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
  });

  it('compares names after NFKC and lower-casing: 409 username_taken', async () => {
    await post(url('/users'), { username: 'Straße', password: PASSWORD });
    const answer = await post(url('/users'), { username: 'ｓTRAßE', password: PASSWORD });
    expect(answer.status).toBe(409);
    expect(answer.body).toEqual({
      error: 'username_taken',
      error_description: 'Username is already taken',
    });
    const other = await post(url('/users'), { username: 'STRASSE', password: PASSWORD });
    expect(other.status).toBe(201);
  });

  it('gives a name that many ask for at once to one of them', async () => {
    const bodies = Array.from({ length: 8 }, () => ({ username: 'racer', password: PASSWORD }));
    const answers = await Promise.all(bodies.map((body) => post(url('/users'), body)));
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([201, ...Array.from({ length: 7 }, () => 409)]);
  });

  it.each([
    ['a password of 7 characters', { username: 'u1', password: '1234567' }],
    ['a password of 2 characters and 8 bytes', { username: 'u1', password: '😀😀' }],
    ['the user name as password', { username: 'Ann Margaret', password: 'ann margaret' }],
    ['one of the commonest passwords', { username: 'u1', password: 'Password123' }],
    ['a user name with a space after it', { username: 'ann ', password: PASSWORD }],
    ['a user name with an invisible character', { username: 'a\u200bnn', password: PASSWORD }],
    ['a user name of mixed scripts', { username: 'p\u0430ypal', password: PASSWORD }],
    ['a password of 1025 bytes', { username: 'u1', password: 'x'.repeat(1025) }],
    ['an empty user name', { username: '', password: PASSWORD }],
    ['a user name of 129 characters', { username: 'x'.repeat(129), password: PASSWORD }],
    ['a user name with a control character', { username: 'a\u0000b', password: PASSWORD }],
    ['a user name that is a number', { username: 7, password: PASSWORD }],
    ['a list', ['u1', PASSWORD]],
    ['a string', 'u1'],
    ['null', null],
  ])('refuses %s with 400', async (_what, body) => {
    const answer = await post(url('/users'), body);
    expect(answer.status).toBe(400);
    expect(answer.body['error']).toBe('invalid_request');
  });

  it('takes 128 emoji and the longest expansion of NFKC', async () => {
    for (const character of ['😀', 'ﷺ']) {
      const credentials = { username: character.repeat(128), password: PASSWORD };
      expect((await post(url('/users'), credentials)).status).toBe(201);
      expect((await post(url('/auth/login'), credentials)).status).toBe(200);
    }
  });

  it('is 404 when AUTH_REGISTRATION=off', async () => {
    const closed = await startInProcess({ AUTH_REGISTRATION: 'off' });
    const answer = await post(`${closed.url}/users`, { username: 'ann', password: PASSWORD });
    expect(answer.status).toBe(404);
    expect(answer.body['error']).toBe('not_found');
    await closed.stop();
  });
});

describe('passwords', () => {
  it.each([
    ['that differ after 72 bytes', 'x'.repeat(72)],
    ['that differ after a NUL', 'eight by\u0000'],
  ])('are told apart %s', async (what, start) => {
    const username = `whole ${what}`;
    await post(url('/users'), { username, password: `${start}a` });
    expect((await post(url('/auth/login'), { username, password: `${start}a` })).status).toBe(200);
    expect((await post(url('/auth/login'), { username, password: `${start}b` })).status).toBe(401);
  });
});

/** @see issue 16 */
it('a new password is more than the words in AUTH_PASSWORD_WORDS, at a registration and at a change', async () => {
  const acme = await startInProcess({ AUTH_PASSWORD_WORDS: 'Acme, rocket' });
  const told = { status: 400, body: { error: 'invalid_request' } };
  const guessed = { username: 'wile', password: 'ACME-rocket-7' };
  expect(await post(`${acme.url}/users`, guessed)).toMatchObject(told);
  const { pair } = await signUp(acme.url);
  const change = { current_password: PASSWORD, new_password: guessed.password };
  const changing = post(`${acme.url}/users/me/password`, change, bearer(pair['access_token']));
  expect(await changing).toMatchObject(told);
  await acme.stop();
});

describe('POST /users/me/password', () => {
  const path = '/users/me/password';

  it('changes the password and revokes every other session', async () => {
    const { credentials, pair } = await signUp(server.url);
    const other = await post(url('/auth/login'), credentials);
    const change = { current_password: PASSWORD, new_password: 'a better one' };
    const answer = await post(url(path), change, bearer(pair['access_token']));
    expect(answer.status).toBe(204);
    expect((await get(url('/auth/me'), bearer(pair['access_token']))).status).toBe(200);
    const { refresh_token } = other.body;
    const refreshed = await post(url('/auth/token/refresh'), { refresh_token });
    expect(refreshed.body).toMatchObject({ error: 'session_revoked', reason: 'password_changed' });
    expect((await post(url('/auth/login'), credentials)).status).toBe(401);
  });

  it('answers a wrong current one with 401 invalid_credentials and the bare challenge', async () => {
    const { pair } = await signUp(server.url);
    const change = { current_password: 'wrong', new_password: 'a better one' };
    const answer = await post(url(path), change, bearer(pair['access_token']));
    expect(answer.status).toBe(401);
    expect(answer.body['error']).toBe('invalid_credentials');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="nestjs-baton"');
  });

  it('counts a wrong current one as a failed login', async () => {
    const strict = await startInProcess({ AUTH_LOGIN_ATTEMPTS: '2' });
    const { credentials, pair } = await signUp(strict.url);
    const change = { current_password: 'wrong', new_password: 'a better one' };
    const headers = bearer(pair['access_token']);
    for (const status of [401, 401, 429]) {
      expect((await post(`${strict.url}${path}`, change, headers)).status).toBe(status);
    }
    expect((await post(`${strict.url}/auth/login`, credentials)).status).toBe(429);
    await strict.stop();
  });

  it.each([
    ['of 7 characters', '1234567'],
    ['that is the user name', 'the Very same NAME'],
    ['that is one of the commonest', 'qwertyuiop'],
  ])('refuses a new one %s with 400, and leaves the old one', async (_what, new_password) => {
    const credentials = { username: `The very same name`, password: PASSWORD };
    await post(url('/users'), credentials);
    const { body } = await post(url('/auth/login'), credentials);
    const change = { current_password: PASSWORD, new_password };
    const answer = await post(url(path), change, bearer(body['access_token']));
    expect(answer.status).toBe(400);
    expect(answer.body['error']).toBe('invalid_request');
    expect(answer.body['error_description']).toMatch(/^new_password takes /);
    expect((await post(url('/auth/login'), credentials)).status).toBe(200);
  });

  it('needs a Bearer token', async () => {
    const answer = await post(url(path), { current_password: 'a', new_password: 'a better one' });
    expect(answer.body['error']).toBe('missing_token');
  });
});
