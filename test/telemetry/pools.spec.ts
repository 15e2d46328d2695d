import { AuthTelemetry, METER_PROVIDER } from 'nestjs-baton/telemetry';
import { eventually } from '../contract/vocabulary.js';
import { type FreshDatabase, describeOnEachDatabase } from '../host/databases.js';
import { type Host, startHost } from '../host/start-host.js';
import { Collected } from './collected.js';

/** What a pool tells, by the kind of database. */
const TOLD = {
  'sqlite memory': null,
  'sqlite file': null,
  postgres: 'baton.pool.waiting',
  mariadb: 'baton.pool.waits',
};

const ONE_CONNECTION = { poolSize: 1 };

describeOnEachDatabase((kind) => {
  let collected: Collected;
  let database: FreshDatabase;
  let host: Host;

  beforeEach(async () => {
    collected = new Collected();
    database = await kind.create();
    host = await startHost({
      database: Object.assign({}, database.options, ONE_CONNECTION),
      providers: [AuthTelemetry, { provide: METER_PROVIDER, useValue: collected.provider }],
    });
  });

  afterEach(async () => {
    await host.close();
    await database.drop();
  });

  const metric = TOLD[kind.name];
  const value = async (): Promise<number> =>
    (await collected.numbers())[metric ?? ''] ?? Number.NaN;

  if (metric === null) {
    it('has no pool, and tells of none', async () => {
      expect(Object.keys(await collected.numbers())).not.toContainEqual(
        expect.stringContaining('pool'),
      );
    });
    return;
  }

  it(`tells of statements that wait for a connection: ${metric}`, async () => {
    const holder = host.dataSource.createQueryRunner();
    await holder.connect();
    const before = await value();
    const waiting = host.dataSource.query('SELECT 1');
    expect(await value()).toBeGreaterThan(before);
    await holder.release();
    await waiting;
    // The pool says who waits, and not who has waited; `mysql2` the other way round.
    if (kind.name === 'postgres') await eventually(5_000, async () => (await value()) === 0);
  });

  it('tells of nothing once the module has ended, even where the pool goes on', async () => {
    const before = await value();
    host.app.get(AuthTelemetry).onModuleDestroy();
    const holder = host.dataSource.createQueryRunner();
    await holder.connect();
    const waiting = host.dataSource.query('SELECT 1');
    const after = await value();
    await holder.release();
    await waiting;
    expect(after).not.toBeGreaterThan(before);
  });
});
