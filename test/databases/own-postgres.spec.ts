import { OwnPostgres, describeWithOwnPostgres } from '../host/own-postgres.js';
import { stopOwnServers } from '../host/own-process.js';

afterAll(stopOwnServers);

describeWithOwnPostgres(() => {
  it('a standby refuses writes until it is promoted, and shows what its primary wrote', async () => {
    const primary = await OwnPostgres.start();
    const standby = await primary.startStandby();
    await primary.tell('CREATE TABLE race (lap int)');
    while ((await standby.tell(`SELECT to_regclass('race') AS table`))[0]?.['table'] === null);
    await expect(standby.tell('INSERT INTO race VALUES (1)')).rejects.toThrow(/read-only/);
    await standby.promote();
    await standby.tell('INSERT INTO race VALUES (1)');
    await primary.demote();
    await expect(primary.tell('INSERT INTO race VALUES (1)')).rejects.toThrow(/read-only/);
  });
});
