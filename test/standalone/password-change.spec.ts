import type { DataSource } from 'typeorm';
import { getDataSourceToken } from '@nestjs/typeorm';
import { type AuthEvent, AuthEvents } from '../../src/events.js';
import { type FreshDatabase, describeOnEachDatabase } from '../host/databases.js';
import { type InProcessServer, startInProcess, stopAll } from './server-in-process.js';
import { PASSWORD, bearer, get, post, signUp } from './vocabulary.js';

const BETTER = 'a better one than before';

afterAll(stopAll);

/** @see issue 11 */
describeOnEachDatabase((kind) => {
  let database: FreshDatabase;
  let server: InProcessServer;

  beforeAll(async () => {
    database = await kind.create();
    server = await startInProcess({ DATABASE_URL: database.url, AUTH_LOGIN_ATTEMPTS: '1000' });
  });
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });

  const logIn = (credentials: object) => post(`${server.url}/auth/login`, credentials);
  const change = (pair: Readonly<Record<string, unknown>>, new_password = BETTER) =>
    post(
      `${server.url}/users/me/password`,
      { current_password: PASSWORD, new_password },
      bearer(pair['access_token']),
    );
  const isAlive = async (pair: Readonly<Record<string, unknown>>): Promise<boolean> =>
    (await get(`${server.url}/auth/me`, bearer(pair['access_token']))).status === 200;

  it('of simultaneous changes one succeeds, and the others have the wrong password', async () => {
    const { credentials, pair } = await signUp(server.url);
    const wishes = ['the first of five', 'the second of five', 'the third of five', 'the fourth'];
    const answers = await Promise.all(wishes.map((wish) => change(pair, wish)));
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([204, 401, 401, 401]);
    const refused = answers.filter(({ status }) => status === 401);
    expect(new Set(refused.map(({ body }) => body['error']))).toEqual(
      new Set(['invalid_credentials']),
    );
    const logins = await Promise.all(
      wishes.map((password) => logIn({ username: credentials.username, password })),
    );
    expect(logins.map(({ status }) => status === 200)).toEqual(
      answers.map(({ status }) => status === 204),
    );
  });

  it('a change that cannot end the other sessions leaves the password and every session', async () => {
    const { credentials, pair } = await signUp(server.url);
    const other = (await logIn(credentials)).body;
    const dataSource = server.app.get<DataSource>(getDataSourceToken());
    const undo = await refuseRevocations(dataSource);
    // To some databases the statement is at fault, to others they are themselves.
    expect([500, 503]).toContain((await change(pair)).status);
    await undo();
    expect((await logIn({ ...credentials, password: BETTER })).status).toBe(401);
    expect((await logIn(credentials)).status).toBe(200);
    expect(await isAlive(other)).toBe(true);
    expect((await change(pair)).status).toBe(204);
    expect(await isAlive(other)).toBe(false);
    expect(await isAlive(pair)).toBe(true);
  });

  it('a login with the old password that is under way does not survive the change', async () => {
    for (let round = 0; round < 3; round += 1) {
      const { credentials, pair } = await signUp(server.url);
      const logins = Array.from({ length: 12 }, async (_, place) => {
        await new Promise((resolve) => setTimeout(resolve, place * 8));
        return logIn(credentials);
      });
      expect((await change(pair)).status).toBe(204);
      const answers = await Promise.all(logins);
      expect(answers.map(({ status }) => [200, 401].includes(status))).not.toContain(false);
      const alive = await Promise.all(answers.map(({ body }) => isAlive(body)));
      expect(alive).not.toContain(true);
    }
  });

  it('tells of itself once it is done, after the sessions that it ended', async () => {
    const { credentials, pair } = await signUp(server.url);
    const other = (await logIn(credentials)).body;
    const told: AuthEvent[] = [];
    const subscription = server.app.get(AuthEvents).all.subscribe((event) => told.push(event));
    await post(
      `${server.url}/users/me/password`,
      { current_password: 'wrong', new_password: BETTER },
      bearer(pair['access_token']),
    );
    await change(pair);
    subscription.unsubscribe();
    expect(told).toMatchObject([
      { type: 'login.failed' },
      { type: 'session.revoked', sessionId: other['session_id'], reason: 'password_changed' },
      { type: 'password.changed', sessionId: pair['session_id'], ip: '127.0.0.1' },
    ]);
    expect(JSON.stringify(told)).not.toContain(BETTER);
  });
});

/** Makes the database refuse to write down the reason of a password change. @returns lets it be again */
async function refuseRevocations(dataSource: DataSource): Promise<() => Promise<unknown>> {
  const { type } = dataSource.options;
  if (type === 'better-sqlite3') {
    await dataSource.query(
      `CREATE TRIGGER refuse BEFORE UPDATE ON refresh_tokens WHEN NEW.revoked_reason = 'password_changed'
       BEGIN SELECT RAISE(ABORT, 'refused'); END`,
    );
    return () => dataSource.query('DROP TRIGGER refuse');
  }
  if (type === 'postgres') {
    await dataSource.query(
      `ALTER TABLE refresh_tokens ADD CONSTRAINT refuse CHECK (revoked_reason <> 'password_changed') NOT VALID`,
    );
    return () => dataSource.query('ALTER TABLE refresh_tokens DROP CONSTRAINT refuse');
  }
  await dataSource.query(
    `CREATE TRIGGER refuse BEFORE UPDATE ON refresh_tokens FOR EACH ROW
     BEGIN IF NEW.revoked_reason = 'password_changed' THEN SIGNAL SQLSTATE '45000'; END IF; END`,
  );
  return () => dataSource.query('DROP TRIGGER refuse');
}
