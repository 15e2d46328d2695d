import {
  type AuthUser,
  AuthService,
  type Credentials,
  type LoginFields,
  type UserStore,
} from 'nestjs-baton';
import { QuickUsers } from '../host/quick-users.js';
import { type Host, PASSWORD, PLATFORMS, startHost } from '../host/start-host.js';

interface Person extends AuthUser {
  readonly id: string;
  readonly email: string;
}

type PersonFields = { readonly tenant: string; readonly otp?: string };

const loginFields: LoginFields<PersonFields> = {
  name: 'email',
  further: { tenant: 'required', otp: 'optional' },
};

/** Knows people by e-mail and tenant, and keeps what it was asked. */
class People implements UserStore<Person, PersonFields> {
  readonly asked: Credentials<PersonFields>[] = [];
  private readonly ann: Person = { id: 'p1', email: 'ann@example.com' };

  async authenticate(credentials: Credentials<PersonFields>): Promise<Person | null> {
    this.asked.push(credentials);
    const { username, password, fields } = credentials;
    const isAnn = username === this.ann.email && fields?.tenant === 'acme';
    return isAnn && password === PASSWORD ? this.ann : null;
  }

  async findById(id: string): Promise<Person | null> {
    return id === this.ann.id ? this.ann : null;
  }
}

const LOGIN = { email: 'ann@example.com', password: PASSWORD, tenant: 'acme' };
const TEXT = (most: number, least = 1) =>
  `takes a string of ${least} to ${most} characters without control characters`;
const post = (host: Host, body: object) => host.http().post('/auth/login').send(body);

/** @see issue 12 */
describe.each(PLATFORMS)('a login by e-mail and tenant on %s', (platform) => {
  let host: Host;
  let people: People;

  beforeEach(async () => {
    people = new People();
    const auth = { users: people, loginFields, attempts: { perName: 3 } };
    host = await startHost({ platform, auth });
  });
  afterEach(() => host.close());

  it('opens a session, and gives authenticate what was sent', async () => {
    const { status, body } = await post(host, { ...LOGIN, otp: '123456', device_name: 'phone' });
    expect(status).toBe(200);
    expect(people.asked).toMatchObject([
      { username: LOGIN.email, password: PASSWORD, fields: { tenant: 'acme', otp: '123456' } },
    ]);
    const bearer = { authorization: `Bearer ${body.access_token}` };
    const me = await host.http().get('/auth/me').set(bearer);
    expect(me.body).toEqual({ id: 'p1', username: LOGIN.email, session_id: body.session_id });
    const { refresh_token } = body;
    const refreshed = await host.http().post('/auth/token/refresh').send({ refresh_token });
    expect(refreshed.status).toBe(200);
  });

  it.each([{}, { otp: null }, { otp: '' }])('needs no optional field: %j', async (sent) => {
    expect((await post(host, { ...LOGIN, ...sent })).status).toBe(200);
    expect(people.asked.map(({ fields }) => fields)).toEqual([{ tenant: 'acme' }]);
  });

  it('hands on no field that nobody asked for', async () => {
    await post(host, { ...LOGIN, role: 'admin', ip: '192.0.2.1', username: 'bob' });
    expect(people.asked).toMatchObject([{ username: LOGIN.email, ip: '127.0.0.1' }]);
    expect(people.asked[0]).not.toHaveProperty('role');
    expect(people.asked[0]?.fields).toEqual({ tenant: 'acme' });
  });

  it.each([
    ['no e-mail', { email: undefined, username: 'ann' }, `email ${TEXT(254)}`],
    ['an e-mail that is too long', { email: 'a'.repeat(255) }, `email ${TEXT(254)}`],
    ['no tenant', { tenant: undefined }, `tenant ${TEXT(256)}`],
    ['null for a tenant', { tenant: null }, `tenant ${TEXT(256)}`],
    ['a tenant that is no string', { tenant: { $ne: '' } }, `tenant ${TEXT(256)}`],
    ['a code with a line break', { otp: '1\n2' }, `otp ${TEXT(256, 0)}`],
    ['a code that is a number', { otp: 123456 }, `otp ${TEXT(256, 0)}`],
  ])('is 400 with %s, by the name of the field', async (_what, sent, sentence) => {
    const { status, body, headers } = await post(host, { ...LOGIN, ...sent });
    expect([status, body]).toEqual([
      400,
      { error: 'invalid_request', error_description: sentence },
    ]);
    expect(headers['x-auth-error']).toBe('invalid_request');
    expect(people.asked).toEqual([]);
  });

  it('is counted by the e-mail, whatever the other fields', async () => {
    for (const tenant of ['a', 'b', 'c']) {
      expect((await post(host, { ...LOGIN, tenant })).body.error).toBe('invalid_credentials');
    }
    expect((await post(host, { ...LOGIN, email: 'ANN@example.com' })).status).toBe(429);
    expect((await post(host, { ...LOGIN, email: 'bob@example.com' })).status).toBe(401);
  });

  it('is the same by AuthService', async () => {
    const fields = { tenant: 'acme' };
    const credentials = { username: LOGIN.email, password: PASSWORD, ip: null, fields };
    expect(await host.app.get(AuthService).login(credentials)).toHaveProperty('access_token');
  });
});

it('a user with neither name is an error of the application', async () => {
  class Nameless extends QuickUsers {
    override async findById(id: string): Promise<AuthUser | null> {
      return { id };
    }
  }
  const host = await startHost({ users: new Nameless() });
  const { body } = await post(host, { username: 'ann', password: PASSWORD });
  const me = host.http().get('/auth/me').auth(body.access_token, { type: 'bearer' });
  expect((await me).status).toBe(500);
  await host.close();
});

it.each([
  [{ name: 'password' }, 'loginFields.name takes a field’s name'],
  [{ name: '' }, 'loginFields.name takes a field’s name'],
  [{ name: '__proto__' }, 'loginFields.name takes a field’s name'],
  [{ further: { otp: true } }, "loginFields.further.otp takes an object of field names, each 'req"],
  [{ further: { device_name: 'optional' } }, 'loginFields.further.device_name takes a field’s'],
  [{ further: { email: 'required' }, name: 'email' }, 'loginFields takes a name that is not'],
  [{ more: {} }, 'there is no option more'],
])('loginFields refuses %j at the start', async (given, sentence) => {
  const started: unknown = Reflect.apply(startHost, undefined, [{ auth: { loginFields: given } }]);
  await expect(started).rejects.toThrow(sentence.replace('’', "'"));
});
