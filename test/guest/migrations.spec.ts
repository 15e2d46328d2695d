import { refreshTokenMigrations } from 'nestjs-baton';
import * as migrations from 'nestjs-baton/migrations';
import { IN_MEMORY } from '../host/databases.js';
import { startHost } from '../host/start-host.js';
import { EVERY_ANSWER, answersOfEveryRoute } from './every-route.js';

/** @see issue 12 */
describe('the list of migrations', () => {
  it('makes the table of a module that names none', async () => {
    const list = { migrations: refreshTokenMigrations(), synchronize: false };
    const host = await startHost({ database: Object.assign({}, IN_MEMORY, list) });
    expect(await answersOfEveryRoute(host)).toEqual(EVERY_ANSWER);
    await host.close();
  });

  it('is of the very classes that are exported one by one, so that none runs twice', () => {
    expect(refreshTokenMigrations()).toEqual(Object.values(migrations));
  });
});
