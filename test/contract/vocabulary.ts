import { setTimeout } from 'node:timers/promises';
import type { ErrorBody, SessionBody, SessionsBody, TokenPairBody } from 'nestjs-baton';
import { RefreshToken } from 'nestjs-baton';
import type { Response } from 'supertest';
import {
  type DatabaseKind,
  type FreshDatabase,
  describeOnEachDatabase,
} from '../host/databases.js';
import { QuickUsers } from '../host/quick-users.js';
import { type Host, type HostOptions, PASSWORD, PLATFORMS, startHost } from '../host/start-host.js';

/** What every test of one `describe` plays on: a database, and a host that was started on it once. */
export class Stage {
  private started: { readonly host: Host; readonly database: FreshDatabase } | undefined;
  private readonly others = new Set<Host>();
  private isDropped = false;

  constructor(private readonly options: HostOptions) {}

  get host(): Host {
    return this.running.host;
  }

  get database(): FreshDatabase {
    return this.running.database;
  }

  /** Starts another instance on the same database, with the same users and the same clock. */
  async another(auth: HostOptions['auth'] = this.options.auth): Promise<Host> {
    const { database, host } = this.running;
    const options = { ...this.options, auth, database: database.options, beside: host };
    const other = await startHost(options);
    this.others.add(other);
    return other;
  }

  async start(kind: DatabaseKind): Promise<void> {
    const database = await kind.create();
    const users = new QuickUsers();
    const host = await startHost({ users, ...this.options, database: database.options });
    this.started = { host, database };
  }

  /** Stops an instance that was started beside the first. */
  async stop(other: Host): Promise<void> {
    this.others.delete(other);
    await other.close();
  }

  /** Takes the database away while hosts are running on it. */
  async dropDatabase(): Promise<void> {
    this.isDropped = true;
    await this.database.drop();
  }

  async end(): Promise<void> {
    for (const host of [...this.others, this.host]) await host.close();
    if (!this.isDropped) await this.database.drop();
  }

  private get running() {
    if (this.started === undefined) throw new Error('The stage has not been started');
    return this.started;
  }
}

/** Which databases a suite makes sense on; all unless told otherwise. */
export type Suitable = (kind: DatabaseKind) => boolean;

/** A database that several instances can share. */
export const shareable: Suitable = ({ name }) => name !== 'sqlite memory';

/** Describes a suite once for each database and platform, each with one host of its own. */
export function onEveryHost(
  options: HostOptions,
  suite: (stage: Stage) => void,
  suits: Suitable = () => true,
): void {
  describeOnEachDatabase((kind) => {
    if (!suits(kind)) return;
    describe.each(PLATFORMS)('with %s', (platform) => {
      const stage = new Stage({ ...options, platform });
      beforeAll(() => stage.start(kind));
      afterAll(() => stage.end());
      suite(stage);
    });
  });
}

/** An answer as the contract speaks of it. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Status and body of an answer, without everything else that a test's output would show. */
export async function answer(request: PromiseLike<Response>): Promise<Answer> {
  const { status, body } = await request;
  return { status, body };
}

/** The answer that a row of the error table describes. */
export function error(
  status: number,
  code: string,
  error_description: string,
  more: Partial<ErrorBody> = {},
): Answer {
  return { status, body: { error: code, error_description, ...more } };
}

export const REUSED = error(401, 'token_reused', 'Refresh token has already been used');
export const REVOKED = error(401, 'session_revoked', 'Session has been revoked');
export const INVALID_REFRESH = error(401, 'invalid_token', 'Invalid refresh token');
export const INVALID_ACCESS = error(401, 'invalid_token', 'Invalid access token');
export const EXPIRED_REFRESH = error(401, 'token_expired', 'Refresh token has expired');
export const EXPIRED_ACCESS = error(401, 'token_expired', 'Access token has expired');
export const MISSING_ACCESS = error(401, 'missing_token', 'Access token is missing');
export const MISSING_REFRESH = error(400, 'invalid_request', 'Refresh token is missing');
export const WRONG_PASSWORD = error(401, 'invalid_credentials', 'Invalid username or password');
export const UNAVAILABLE = error(503, 'unavailable', 'The database is unavailable');
export const NO_SESSION = error(404, 'not_found', 'There is no such session');
export const EXHAUSTED = error(
  401,
  'max_uses_reached',
  'Session has reached its maximum number of refreshes',
);

/** `session_revoked` as a refresh gets it. */
export const revokedFor = (reason: string): Answer =>
  error(401, 'session_revoked', 'Session has been revoked', { reason });

export function postLogin(host: Host, fields: object = {}) {
  return host
    .http()
    .post('/auth/login')
    .send({ username: 'ann', password: PASSWORD, ...fields });
}

/** Logs in; as `ann` unless told otherwise. */
export async function login(host: Host, fields: object = {}): Promise<TokenPairBody> {
  return pairIn(await postLogin(host, fields));
}

/** Adds a user of whom no other test knows. */
export async function newcomer(host: Host): Promise<{ username: string }> {
  const username = `user ${crypto.randomUUID()}`;
  await host.users.add(username, PASSWORD);
  return { username };
}

export function postRefresh(host: Host, refresh_token: string, key?: string) {
  const request = host.http().post('/auth/token/refresh').send({ refresh_token });
  return key === undefined ? request : request.set('Idempotency-Key', key);
}

/** Refreshes, successfully. */
export async function refresh(host: Host, token: string, key?: string): Promise<TokenPairBody> {
  return pairIn(await postRefresh(host, token, key));
}

/** What a refresh is answered with. */
export function refreshing(host: Host, token: string, key?: string): Promise<Answer> {
  return answer(postRefresh(host, token, key));
}

/** Presents one token so many times at the same moment, to each of the hosts in turn. */
export function storm(hosts: readonly Host[], token: string, times: number, key?: string) {
  return Promise.all(
    Array.from({ length: times }, (_, index) => {
      const host = hosts[index % hosts.length];
      if (host === undefined) throw new Error('A storm needs a host');
      return postRefresh(host, token, key);
    }),
  );
}

/** The token pair in a successful answer. */
export function pairIn(response: Response): TokenPairBody {
  expect({ status: response.status, error: response.body.error }).toEqual({ status: 200 });
  return response.body;
}

/** Asks who an access token speaks for; the answer says whether it is still good. */
export function getMe(host: Host, accessToken: string) {
  return host.http().get('/auth/me').auth(accessToken, { type: 'bearer' });
}

export async function me(host: Host, accessToken: string): Promise<Answer> {
  return answer(getMe(host, accessToken));
}

/** Uses an access token at a guarded route, successfully: the server has then seen its holder use it. */
export async function use(host: Host, { access_token }: TokenPairBody): Promise<void> {
  expect((await getMe(host, access_token)).status).toBe(200);
}

export async function sessions(host: Host, accessToken: string): Promise<readonly SessionBody[]> {
  const request = host.http().get('/auth/sessions').auth(accessToken, { type: 'bearer' });
  const response = await request;
  expect(response.status).toBe(200);
  const body: SessionsBody = response.body;
  return body.sessions;
}

/** Ends the session of a pair by its refresh token. */
export async function logout(host: Host, { refresh_token }: TokenPairBody): Promise<void> {
  const response = await host.http().post('/auth/logout').send({ refresh_token });
  expect(response.status).toBe(204);
}

/** Asks again and again until it is so. Only for what a real timer does: everything else has a clock to turn. */
export async function eventually(withinMs: number, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`It was not so within ${withinMs} ms`);
    await setTimeout(20);
  }
}

/** Runs a scene while the table of the sessions cannot be found, as in an outage of the database. */
export async function withoutDatabase({ dataSource }: Host, scene: () => Promise<void>) {
  await dataSource.query('ALTER TABLE refresh_tokens RENAME TO refresh_tokens_away');
  try {
    await scene();
  } finally {
    await dataSource.query('ALTER TABLE refresh_tokens_away RENAME TO refresh_tokens');
  }
}

/** The row of a session. */
export function rowOf(
  host: Host,
  { session_id }: Pick<TokenPairBody, 'session_id'>,
): Promise<RefreshToken> {
  return host.dataSource.getRepository(RefreshToken).findOneByOrFail({ id: session_id });
}

/** Whether a pair still opens anything: its refresh token, and its access token. */
export async function isAlive(host: Host, pair: TokenPairBody): Promise<boolean> {
  const { status } = await getMe(host, pair.access_token);
  const refreshed = await postRefresh(host, pair.refresh_token);
  return status === 200 && refreshed.status === 200;
}
