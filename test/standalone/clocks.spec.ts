import { setTimeout as sleep } from 'node:timers/promises';
import { type FreshDatabase, describeOnEachDatabase } from '../host/databases.js';
import { type ServerProcess, cleanUp, startServer, temporaryFolder } from './server-process.js';
import { type SettableClock, settableClock } from './settable-clock.js';
import { type Answer, bearer, get, post, signUp } from './vocabulary.js';

const GRACE_MS = 2000;
const MINUTES = 60_000;
/** Half a second off the round number: whether it is over a minute is not for the line to decide. */
const A_MINUTE = MINUTES - 500;

/** A server on a machine whose clock is set as a test likes. */
type SetServer = ServerProcess & Pick<SettableClock, 'setOff'>;

async function startSet(database: FreshDatabase, folder: string, ms: number): Promise<SetServer> {
  const { variables, setOff } = await settableClock(ms);
  const settings = { DATABASE_URL: database.url, AUTH_GRACE: `${GRACE_MS / 1000}s` };
  const server = await startServer({ ...settings, ...variables }, folder);
  return { ...server, setOff };
}

const refresh = ({ url }: ServerProcess, token: unknown): Promise<Answer> =>
  post(`${url}/auth/token/refresh`, { refresh_token: token });

const me = ({ url }: ServerProcess, { access_token }: Answer['body']): Promise<Answer> =>
  get(`${url}/auth/me`, bearer(access_token));

const offsetOf = async ({ url }: ServerProcess): Promise<number> =>
  Number((await get(`${url}/health`)).body['clock_offset_ms']);

const warnings = (server: ServerProcess): number =>
  server.output().split("This machine's clock is").length - 1;

afterAll(cleanUp);

/** @see issue 11 */
describeOnEachDatabase((kind) => {
  if (kind.name === 'sqlite memory') return;
  const apart = kind.name === 'sqlite file' ? [10 * MINUTES] : [5000, A_MINUTE, 10 * MINUTES];

  describe.each(apart)('with one clock %i ms ahead and one as much behind', (offMs) => {
    let database: FreshDatabase;
    let ahead: SetServer;
    let behind: SetServer;
    beforeAll(async () => {
      database = await kind.create();
      const folder = await temporaryFolder();
      ahead = await startSet(database, folder, offMs);
      behind = await startSet(database, folder, -offMs);
    });
    afterAll(async () => {
      await Promise.all([ahead.stop(), behind.stop()]);
      await database.drop();
    });

    it('two tabs that refresh at once, or one after the other, get the same successor', async () => {
      for (const [one, other] of [[ahead, behind] as const, [behind, ahead] as const]) {
        const { pair } = await signUp(one.url);
        const token = pair['refresh_token'];
        const atOnce = await Promise.all([one, other, one, other].map((at) => refresh(at, token)));
        const { body } = await refresh(one, token);
        const answers = [...atOnce, await refresh(other, token)];
        const successors = answers.map((answer) => answer.body['refresh_token']);
        expect(successors).toEqual(answers.map(() => body['refresh_token']));
        expect((await me(other, body)).status).toBe(200);
        expect((await refresh(other, token)).body['refresh_token']).toBe(body['refresh_token']);
        expect((await refresh(other, body['refresh_token'])).status).toBe(200);
      }
    });

    it('a spent parent is not brought back once the grace period is over', async () => {
      const parents = [];
      for (const [one, other] of [[ahead, behind] as const, [behind, ahead] as const]) {
        const { pair } = await signUp(one.url);
        const { body } = await refresh(one, pair['refresh_token']);
        expect((await me(one, body)).status).toBe(200);
        parents.push({ other, token: pair['refresh_token'] });
      }
      await sleep(GRACE_MS + 100);
      for (const { other, token } of parents) {
        expect((await refresh(other, token)).body['error']).toBe('token_reused');
      }
    });

    it('what one has revoked, the other refuses within its poll', async () => {
      const revoked = [];
      for (const [one, other] of [[ahead, behind] as const, [behind, ahead] as const]) {
        const { pair } = await signUp(one.url);
        expect((await me(other, pair)).status).toBe(200);
        await post(`${one.url}/auth/logout`, { refresh_token: pair['refresh_token'] });
        revoked.push({ other, pair });
      }
      await sleep(1500);
      for (const { other, pair } of revoked) {
        expect((await me(other, pair)).body['error']).toBe('session_revoked');
      }
    });

    it('health tells how far they are off, and the log does once where it is over a minute', async () => {
      for (const [server, isOffBy] of [[ahead, -offMs] as const, [behind, offMs] as const]) {
        expect(Math.abs((await offsetOf(server)) - isOffBy)).toBeLessThan(1000);
        expect(warnings(server)).toBe(offMs > MINUTES ? 1 : 0);
      }
    });
  });

  it('a clock that jumps both ways while requests are under way changes no answer', async () => {
    const database = await kind.create();
    const folder = await temporaryFolder();
    const [jumping, steady] = [
      await startSet(database, folder, 0),
      await startSet(database, folder, 0),
    ];
    const { pair: revoked } = await signUp(jumping.url);
    await post(`${jumping.url}/auth/logout`, { refresh_token: revoked['refresh_token'] });
    let { pair } = await signUp(jumping.url);
    for (const jumpMs of [17 * MINUTES, -17 * MINUTES, 45 * MINUTES, 0, -5000, 5000]) {
      await jumping.setOff(jumpMs);
      for (let turn = 0; turn < 8; turn += 1) {
        const parent = pair['refresh_token'];
        const answers = await Promise.all([jumping, steady].map((at) => refresh(at, parent)));
        expect(answers.map(({ status }) => status)).toEqual([200, 200]);
        const [one, other] = answers.map(({ body }) => body['refresh_token']);
        expect(one).toBe(other);
        pair = answers[turn % 2]?.body ?? {};
        expect((await me(turn % 2 ? jumping : steady, pair)).status).toBe(200);
        expect((await me(jumping, revoked)).body['error']).toBe('session_revoked');
      }
      await sleep(300);
    }
    await Promise.all([jumping.stop(), steady.stop()]);
    await database.drop();
  });
});
