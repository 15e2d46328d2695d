import type { INestApplication, LoggerService } from '@nestjs/common';
import { UNAVAILABLE, eventually, login, postLogin } from '../contract/vocabulary.js';
import { RevocationList } from '../../src/sessions/revocation-list.js';
import { type DatabaseKind, IN_MEMORY, describeOnEachDatabase } from '../host/databases.js';
import { type Host, startHost } from '../host/start-host.js';
import { EVERY_ANSWER, answersOfEveryRoute } from './every-route.js';

const nothing = (): void => {};

/** A host that connects when it likes, and what it was warned of. */
async function startLate(kind: DatabaseKind) {
  const database = await kind.create();
  const warnings: string[] = [];
  const logger: LoggerService = {
    log: nothing,
    error: nothing,
    warn: (message: unknown) => void warnings.push(String(message)),
  };
  const host: Host = await startHost({
    database: Object.assign({}, database.options, { manualInitialization: true }),
    configure: (app: INestApplication) => app.useLogger(logger),
  });
  return { database, host, warnings };
}

const inMemory: DatabaseKind = {
  name: 'sqlite memory',
  create: async () => ({ options: IN_MEMORY, url: '', drop: async () => {} }),
};

/** @see issue 11 */
describeOnEachDatabase((kind) => {
  it('a host may connect its data source after it has started', async () => {
    const { database, host } = await startLate(kind);
    const { status, body } = await postLogin(host);
    expect({ status, body }).toEqual(UNAVAILABLE);
    await host.dataSource.initialize();
    expect(await answersOfEveryRoute(host)).toEqual(EVERY_ANSWER);
    await host.close();
    await database.drop();
  });

  it('a host may connect its data source anew', async () => {
    const { database, host } = await startLate(kind);
    await host.dataSource.initialize();
    await login(host);
    await host.dataSource.destroy();
    expect((await postLogin(host)).body).toEqual(UNAVAILABLE.body);
    await host.dataSource.initialize();
    expect(await answersOfEveryRoute(host)).toEqual(EVERY_ANSWER);
    await host.close();
    await database.drop();
  });
});

it('what fails beside the requests again and again is told once, until it succeeded', async () => {
  const { host, warnings } = await startLate(inMemory);
  const list = host.app.get(RevocationList);
  const refresh = list.refresh.bind(list);
  let polls = 0;
  list.refresh = () => refresh().finally(() => (polls += 1));

  await eventually(5_000, async () => polls >= 2);
  expect(warnings).toEqual(['The database is unavailable']);
  await host.dataSource.initialize();
  await list.refresh();
  await eventually(5_000, async () => polls >= 4);
  await host.dataSource.destroy();
  polls = 0;
  await eventually(5_000, async () => polls >= 2);
  expect(warnings).toHaveLength(2);
  await host.close();
});
