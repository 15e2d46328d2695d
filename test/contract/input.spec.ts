import { PASSWORD } from '../host/start-host.js';
import {
  INVALID_REFRESH,
  MISSING_ACCESS,
  WRONG_PASSWORD,
  answer,
  error,
  login,
  newcomer,
  onEveryHost,
  postLogin,
  sessions,
} from './vocabulary.js';

const EMOJI = '🔑';
const badUsername = error(
  400,
  'invalid_request',
  'username takes a string of 1 to 128 characters without control characters',
);
const badPassword = error(
  400,
  'invalid_request',
  'password takes a string of 1 to 1024 bytes of UTF-8',
);
const badDeviceName = error(
  400,
  'invalid_request',
  'device_name takes a string of 0 to 128 characters without control characters',
);
const noObject = error(400, 'invalid_request', 'The body takes a JSON object');

const WRONG_TYPES = [[7], [true], [null], [['ann']], [{ name: 'ann' }]] as const;

/** Text that no name may hold. A half surrogate is written as JSON writes it. */
const UNCLEAN = [
  ['a NUL', 'a\u0000b'],
  ['a line feed', 'a\nb'],
  ['a tabulator', 'a\tb'],
  ['a DEL', 'a\u007fb'],
  ['a C1 control', 'a\u0085b'],
  ['half a surrogate pair', 'a\ud83db'],
] as const;

onEveryHost({}, (stage) => {
  const posting = (fields: object) => answer(postLogin(stage.host, fields));

  it.each(WRONG_TYPES)('a user name of the wrong type is 400: %j', async (username) => {
    expect(await posting({ username })).toEqual(badUsername);
  });

  it.each(WRONG_TYPES)('a password of the wrong type is 400: %j', async (password) => {
    expect(await posting({ password })).toEqual(badPassword);
  });

  it.each([[7], [true], [['phone']], [{ name: 'phone' }]])(
    'a device_name of the wrong type is 400: %j',
    async (device_name) => {
      expect(await posting({ device_name })).toEqual(badDeviceName);
    },
  );

  it.each(UNCLEAN)('a user name with %s is 400', async (_what, username) => {
    expect(await posting({ username })).toEqual(badUsername);
  });

  it.each(UNCLEAN)('a device_name with %s is 400', async (_what, device_name) => {
    expect(await posting({ device_name })).toEqual(badDeviceName);
  });

  it('a missing user name or password is 400', async () => {
    expect(await posting({ username: undefined })).toEqual(badUsername);
    expect(await posting({ password: undefined })).toEqual(badPassword);
  });

  it('user names have 1 to 128 characters, counted in code points', async () => {
    expect(await posting({ username: '' })).toEqual(badUsername);
    expect(await posting({ username: 'u'.repeat(129) })).toEqual(badUsername);
    expect(await posting({ username: EMOJI.repeat(129) })).toEqual(badUsername);
    expect(await posting({ username: 'u' })).toEqual(WRONG_PASSWORD);
    expect(await posting({ username: 'u'.repeat(128) })).toEqual(WRONG_PASSWORD);
  });

  it('a user name of 128 emoji logs in', async () => {
    const username = EMOJI.repeat(128);
    await stage.host.users.add(username, PASSWORD);
    expect((await posting({ username })).status).toBe(200);
  });

  it('login takes any non-empty password up to 1024 bytes', async () => {
    expect(await posting({ password: '' })).toEqual(badPassword);
    expect(await posting({ password: 'p'.repeat(1025) })).toEqual(badPassword);
    expect(await posting({ password: 'é'.repeat(513) })).toEqual(badPassword);
    expect(await posting({ password: 'p' })).toEqual(WRONG_PASSWORD);
    expect(await posting({ password: 'é'.repeat(512) })).toEqual(WRONG_PASSWORD);
  });

  it('a password with half a surrogate pair is 400', async () => {
    expect(await posting({ password: 'secret \ud83d secret' })).toEqual(badPassword);
  });

  it.each([
    ['at a NUL', 'before\u0000', 'after', 'AFTER'],
    ['at 72 bytes', 'p'.repeat(72), 'a', 'b'],
    ['at 1023 bytes', 'p'.repeat(1023), 'a', 'b'],
  ])('passwords are compared whole: nothing is cut %s', async (_what, start, end, otherEnd) => {
    const username = `user ${crypto.randomUUID()}`;
    await stage.host.users.add(username, start + end);
    expect(await posting({ username, password: start + otherEnd })).toEqual(WRONG_PASSWORD);
    expect(await posting({ username, password: start })).toEqual(WRONG_PASSWORD);
    await login(stage.host, { username, password: start + end });
  });

  it.each([
    ['128 emoji', EMOJI.repeat(128)],
    ['quotes and brackets', '\'"<b>`;--\\'],
    ['no characters', ''],
    ['a null', null],
  ])('a device_name of %s is shown as it was sent', async (_what, device_name) => {
    const user = await newcomer(stage.host);
    const { access_token } = await login(stage.host, { ...user, device_name });
    const [session] = await sessions(stage.host, access_token);
    expect(session?.device_name).toBe(device_name);
  });

  it.each([
    ['129 characters', 'd'.repeat(129)],
    ['129 emoji', EMOJI.repeat(129)],
  ])('a device_name of %s is 400', async (_what, device_name) => {
    expect(await posting({ device_name })).toEqual(badDeviceName);
  });

  it('a User-Agent that is far too long is cut, not refused', async () => {
    const user = await newcomer(stage.host);
    const response = await postLogin(stage.host, user).set('User-Agent', 'u'.repeat(5000));
    const [session] = await sessions(stage.host, response.body.access_token);
    expect(session?.user_agent).toBe('u'.repeat(255));
  });

  it('fields that nobody asked for are passed over', async () => {
    expect((await posting({ remember_me: true, constructor: 'x' })).status).toBe(200);
  });

  it.each(['/auth/login', '/auth/token/refresh', '/auth/logout'])(
    'POST %s with an array for a body is 400',
    async (path) => {
      const request = stage.host.http().post(path).type('json').send('[{"username":"ann"}]');
      expect(await answer(request)).toEqual(noObject);
    },
  );

  it.each(['/auth/login', '/auth/token/refresh', '/auth/logout'])(
    'POST %s with a body that is no JSON object is 400, and shows nothing of the server',
    async (path) => {
      for (const body of ['{"username":', 'null', '"text"', '7', 'true', '{]', '\ufeff{']) {
        const response = await stage.host.http().post(path).type('json').send(body);
        expect({ body, status: response.status }).toEqual({ body, status: 400 });
        expect(response.text).not.toMatch(/node_modules|\.[jt]s\b|at \w+ \(/);
      }
    },
  );

  it('a body that is a form is 400, though the platform can read it', async () => {
    const { refresh_token } = await login(stage.host);
    for (const [path, fields] of [
      ['/auth/login', { username: 'ann', password: PASSWORD }],
      ['/auth/token/refresh', { refresh_token }],
      ['/auth/logout', { refresh_token }],
    ] as const) {
      const request = stage.host.http().post(path).type('form').send(fields);
      expect(await answer(request)).toEqual(noObject);
    }
  });

  it('a refresh token of 12 000 characters is refused like any other', async () => {
    const refresh_token = 'x'.repeat(12_000);
    const request = stage.host.http().post('/auth/token/refresh').send({ refresh_token });
    expect(await answer(request)).toEqual(INVALID_REFRESH);
  });

  it('an empty JSON object is a logout without a token', async () => {
    const request = stage.host.http().post('/auth/logout').send({});
    expect(await answer(request)).toEqual(MISSING_ACCESS);
  });
});
