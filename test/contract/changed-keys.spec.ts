import { type KeyObject, generateKeyPairSync, randomBytes, randomInt } from 'node:crypto';
import type { TokenPairBody } from 'nestjs-baton';
import { DATABASES } from '../host/databases.js';
import { QuickUsers } from '../host/quick-users.js';
import { type Host, startHost } from '../host/start-host.js';
import { decode } from './jwt.js';
import { INVALID_REFRESH, login, refreshing } from './vocabulary.js';

const CLIENTS = 200;
const REFRESH_TTL = 7200;
/** How long other services may keep the published keys. */
const JWKS_MAX_AGE = 300;

/** What the instances are given: the first signs, the others verify. */
interface Keys {
  readonly accessPrivateKey: readonly string[];
  readonly refreshSecret: readonly string[];
}

const pemOf = ({ privateKey }: { privateKey: KeyObject }): string =>
  privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const secret = (): string => randomBytes(32).toString('base64url');

/** The key and the secret of the beginning, and of each of three changes. */
const GENERATIONS = [
  [pemOf(generateKeyPairSync('ed25519')), secret()],
  [pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' })), secret()],
  [pemOf(generateKeyPairSync('rsa-pss', { modulusLength: 2048 })), secret()],
  [pemOf(generateKeyPairSync('ed25519')), secret()],
] as const;

function keysOf(...generations: number[]): Keys {
  const given = generations.flatMap((generation) => GENERATIONS.slice(generation, generation + 1));
  return {
    accessPrivateKey: given.map(([key]) => key),
    refreshSecret: given.map(([, refreshSecret]) => refreshSecret),
  };
}

/** Two instances of one application on one database, either of which may answer any request. */
class Fleet {
  private readonly underWay = new Map<Host, Set<Promise<unknown>>>();

  private constructor(
    private hosts: readonly Host[],
    private readonly start: (keys: Keys, beside?: Host) => Promise<Host>,
  ) {}

  static async of(start: (keys: Keys, beside?: Host) => Promise<Host>, keys: Keys): Promise<Fleet> {
    const first = await start(keys);
    return new Fleet([first, await start(keys, first)], start);
  }

  get clock() {
    return this.anyHost().clock;
  }

  /** A client has its requests answered by the one and the other. */
  anyHost(): Host {
    const host = this.hosts[randomInt(this.hosts.length)];
    if (host === undefined) throw new Error('there are two');
    return host;
  }

  async ask(path: string, token: string, body?: object): Promise<Answer> {
    const host = this.anyHost();
    const asked = this.underWay.get(host) ?? new Set();
    this.underWay.set(host, asked);
    const answer = fetch(`${host.url}${path}`, {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    asked.add(answer);
    const response = await answer.finally(() => asked.delete(answer));
    return { status: response.status, body: JSON.parse(await response.text()) };
  }

  /**
   * Replaces one instance after the other; what an old one has begun it finishes.
   *
   * @param between what happens while there are one of the old and one of the new
   */
  async restart(keys: Keys, between: () => Promise<void>): Promise<void> {
    for (const [index, old] of this.hosts.entries()) {
      const made = await this.start(keys, old);
      this.hosts = this.hosts.map((host) => (host === old ? made : host));
      if (index === 0) await between();
      await Promise.all(Array.from(this.underWay.get(old) ?? []));
      await old.close();
    }
  }

  async close(): Promise<void> {
    for (const host of this.hosts) await host.close();
  }
}

interface Answer {
  readonly status: number;
  readonly body: TokenPairBody & { readonly error?: string };
}

/** Who has a pair, and would be logged out if a refresh were refused. */
class Holder {
  /** Why a token of its was refused. */
  readonly refusals: string[] = [];

  constructor(private pair: TokenPairBody) {}

  async use(fleet: Fleet): Promise<void> {
    this.judge(await fleet.ask('/auth/me', this.pair.access_token));
  }

  async refresh(fleet: Fleet): Promise<void> {
    const { refresh_token } = this.pair;
    const answer = await fleet.ask('/auth/token/refresh', '', { refresh_token });
    if (this.judge(answer)) this.pair = answer.body;
  }

  private judge({ status, body }: Answer): boolean {
    if (status !== 200) this.refusals.push(`${body.error}`);
    return status === 200;
  }

  get kids() {
    return [this.pair.access_token, this.pair.refresh_token].map(
      (token) => decode(token).header['kid'],
    );
  }
}

describe('secrets and keys that are changed', () => {
  const database = DATABASES.find(({ name }) => name === 'sqlite file');
  let started = 0;
  let fresh: Awaited<ReturnType<NonNullable<typeof database>['create']>>;

  beforeEach(async () => {
    if (database === undefined) throw new Error('every lane has files of SQLite');
    fresh = await database.create();
  });
  afterEach(() => fresh.drop());

  /** Passport knows strategies by their names, and two instances with other keys in one process need two. */
  const start = (keys: Keys, beside?: Host): Promise<Host> => {
    started += 1;
    const [strategy, refreshStrategy] = [`access-${started}`, `refresh-${started}`];
    return startHost({
      database: fresh.options,
      ...(beside === undefined ? { users: new QuickUsers() } : { beside }),
      auth: {
        accessSecret: undefined,
        ...keys,
        refreshTtl: REFRESH_TTL,
        strategy,
        refreshStrategy,
      },
    });
  };

  it(`log none of ${CLIENTS} clients out in three changes, whichever instance answers`, async () => {
    const fleet = await Fleet.of(start, keysOf(0));
    const holders: Holder[] = [];
    while (holders.length < CLIENTS) holders.push(new Holder(await login(fleet.anyHost())));
    const all = (act: (holder: Holder) => Promise<void>) => Promise.all(holders.map(act));

    const everybody = () => all((holder) => holder.refresh(fleet));

    /** Restarts both while everybody goes on: what a new one has issued, an old one gets to see. */
    const restart = async (keys: Keys): Promise<void> => {
      let underWay = everybody();
      await fleet.restart(keys, async () => {
        await underWay;
        await everybody();
        await everybody();
        underWay = everybody();
      });
      await underWay;
      await all((holder) => holder.use(fleet));
    };

    for (const change of [1, 2, 3]) {
      await restart(keysOf(change - 1, change));
      const { keys } = (await fleet.anyHost().http().get('/.well-known/jwks.json')).body;
      fleet.clock.turn(JWKS_MAX_AGE);

      await restart(keysOf(change, change - 1));
      const published = keys.map(({ kid }: { kid: string }) => kid);
      for (const [kid] of holders.map((holder) => holder.kids)) expect(published).toContain(kid);

      for (const half of [REFRESH_TTL / 2, REFRESH_TTL / 2]) {
        fleet.clock.turn(half);
        await everybody();
      }
      await restart(keysOf(change));
    }
    expect(holders.flatMap(({ refusals }) => refusals)).toEqual([]);
    expect(new Set(holders.flatMap(({ kids }) => kids)).size).toBe(2);
    await fleet.close();
  }, 180_000);

  it.each([
    ['signs before the others verify', keysOf(1, 0), keysOf(0)],
    ['is gone before its tokens have expired', keysOf(0, 1), keysOf(1)],
  ])('log out whoever has a token of one that %s', async (_what, keys, othersKeys) => {
    const host = await start(keys);
    const other = await start(othersKeys, host);
    const { refresh_token } = await login(host);
    expect(await refreshing(other, refresh_token)).toEqual(INVALID_REFRESH);
    await other.close();
    await host.close();
  });
});
