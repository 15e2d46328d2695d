import { type KeyObject, generateKeyPairSync, randomInt } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { AccessKeys, type TokenPairBody } from 'nestjs-baton';
import { givenKeyFiles } from '../../src/standalone/environment/key-files.js';
import { KeyWatch } from '../../src/standalone/key-watch.js';
import { decode } from '../contract/jwt.js';
import { login } from '../contract/vocabulary.js';
import { DATABASES } from '../host/databases.js';
import { QuickUsers } from '../host/quick-users.js';
import { type Host, startHost } from '../host/start-host.js';
import { TurnedClock } from '../host/turned-clock.js';

const CLIENTS = 200;
/** How long others may keep the published keys. */
const FIVE_MINUTES = 300;
const STEP = 75;
const ACCESS_TTL = 900;

const pemOf = ({ privateKey }: { privateKey: KeyObject }): string =>
  privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** Of every kind, so that a new key brings another algorithm as well. */
const KEYS = [
  ['2026-01.pem', pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }))],
  ['2026-02.pem', pemOf(generateKeyPairSync('ed25519'))],
  ['2026-03.pem', pemOf(generateKeyPairSync('rsa', { modulusLength: 2048 }))],
  ['2026-04.pem', pemOf(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }))],
] as const;

/** An instance that looks at the folder for itself, and when it gets to it. */
interface Instance {
  readonly host: Host;
  readonly watch: KeyWatch;
}

/** Another service, which keeps the published keys for as long as it may, and asks for no others meanwhile. */
class Service {
  private keys = createLocalJWKSet({ keys: [] });
  private untilMs = 0;

  constructor(
    private readonly clock: TurnedClock,
    private readonly hostOfNow: () => Host,
  ) {}

  async verify(token: string): Promise<void> {
    if (this.clock.nowMs() >= this.untilMs) {
      this.keys = createLocalJWKSet(
        (await this.hostOfNow().http().get('/.well-known/jwks.json')).body,
      );
      this.untilMs = this.clock.nowMs() + FIVE_MINUTES * 1000;
    }
    await jwtVerify(token, this.keys, { currentDate: new Date(this.clock.nowMs()) });
  }
}

describe('keys that are rotated by files alone', () => {
  const database = DATABASES.find(({ name }) => name === 'sqlite file');
  const clock = new TurnedClock();
  const folder = mkdtempSync(join(tmpdir(), 'baton-keys-'));
  let fresh: Awaited<ReturnType<NonNullable<typeof database>['create']>>;

  beforeAll(async () => {
    if (database === undefined) throw new Error('every lane has files of SQLite');
    fresh = await database.create();
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await fresh.drop();
  });

  async function startInstance(number: number, beside?: Host): Promise<Instance> {
    const { files: keyFiles } = givenKeyFiles(folder, [], 'RS256', clock);
    const host = await startHost({
      database: fresh.options,
      ...(beside === undefined ? { users: new QuickUsers() } : { beside }),
      auth: {
        clock,
        accessSecret: undefined,
        accessPrivateKey: keyFiles?.look().texts ?? [],
        strategy: `folder-${number}`,
        refreshStrategy: `folder-refresh-${number}`,
      },
    });
    return { host, watch: new KeyWatch({ keyFiles }, host.app.get(AccessKeys)) };
  }

  it(`log none of ${CLIENTS} clients out in three changes, and other services verify throughout`, async () => {
    const [oldest, ...later] = KEYS;
    writeFileSync(join(folder, oldest[0]), oldest[1]);
    const first = await startInstance(1);
    const second = await startInstance(2, first.host);
    const anyHost = (): Host => (randomInt(2) === 0 ? first : second).host;
    const services: Service[] = [];
    const refused: string[] = [];

    const pairs: TokenPairBody[] = [];
    while (pairs.length < CLIENTS) pairs.push(await login(anyHost()));

    const ask = async (path: string, token: string, body?: object) => {
      const answer = await fetch(`${anyHost().url}${path}`, {
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body && { method: 'POST', body: JSON.stringify(body) }),
      });
      const said = JSON.parse(await answer.text());
      if (answer.status !== 200) refused.push(said.error);
      return said;
    };
    const refresh = async (index: number): Promise<void> => {
      const refresh_token = pairs[index]?.refresh_token;
      const next = await ask('/auth/token/refresh', '', { refresh_token });
      if (next.refresh_token !== undefined) pairs[index] = next;
    };

    /** One instance looks each time, the other one finds everything four steps late; a tenth of the clients refresh. */
    let turn = 0;
    const goOn = async (seconds: number): Promise<void> => {
      for (let gone = 0; gone < seconds; gone += STEP) {
        clock.turn(STEP);
        first.watch.look();
        turn += 1;
        const due = pairs.map((_pair, index) => index).filter((index) => index % 10 === turn % 10);
        await Promise.all(due.map(refresh));
        const asked = pairs.filter((_pair, index) => index % 4 === turn % 4);
        await Promise.all(asked.map(({ access_token }) => ask('/auth/me', access_token)));
        for (const { access_token } of asked) {
          for (const service of services) {
            await service.verify(access_token).catch((error) => refused.push(String(error)));
          }
        }
        if (turn % 4 === 0) second.watch.look();
      }
    };

    // One after the other, so that at any time somebody's copy of the keys is old.
    for (let begun = 0; begun < FIVE_MINUTES; begun += STEP) {
      services.push(new Service(clock, anyHost));
      await goOn(STEP);
    }

    let before: string = oldest[0];
    for (const [name, pem] of later) {
      writeFileSync(join(folder, name), pem);
      await goOn(2 * FIVE_MINUTES + 4 * STEP);
      await goOn(ACCESS_TTL);
      rmSync(join(folder, before));
      await goOn(FIVE_MINUTES);
      before = name;
    }
    expect(refused).toEqual([]);
    const algorithms = pairs.map(({ access_token }) => decode(access_token).header['alg']);
    expect(new Set(algorithms)).toEqual(new Set(['PS256']));
    await second.host.close();
    await first.host.close();
  }, 300_000);
});
