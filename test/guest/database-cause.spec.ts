import { describeOnEachDatabase } from '../host/databases.js';
import { recordingLog } from '../host/recording-log.js';
import { PASSWORD, startHost } from '../host/start-host.js';

const CREDENTIALS = { username: 'ann', password: PASSWORD, device_name: `Ann's telephone` };

describeOnEachDatabase((kind) => {
  // Causes are told once a minute for each; the two kinds of SQLite have the same.
  if (kind.name === 'sqlite memory') return;

  // @see issue 11
  it('a forgotten migration is 503 to the client, and told to the operator once', async () => {
    const database = await kind.create();
    const { lines, configure } = recordingLog();
    const withoutTable = Object.assign({ ...database.options }, { migrationsRun: false });
    const host = await startHost({ database: withoutTable, configure });
    for (let login = 0; login < 3; login += 1) {
      const { status, body } = await host.http().post('/auth/login').send(CREDENTIALS);
      expect({ status, error: body.error }).toEqual({ status: 503, error: 'unavailable' });
    }
    const told = lines.filter((line) => line.includes('migrations of nestjs-baton/migrations'));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('refresh_tokens');
    await host.close();
    await database.drop();
  });

  it('a column that is missing is 500: repeating the request does not help', async () => {
    const database = await kind.create();
    const { lines, configure } = recordingLog();
    const host = await startHost({ database: database.options, configure });
    const runner = host.dataSource.createQueryRunner();
    await runner.renameColumn('refresh_tokens', 'device_name', 'device');
    await runner.release();
    const { status, body } = await host.http().post('/auth/login').send(CREDENTIALS);
    expect({ status, body }).toEqual({
      status: 500,
      body: { error: 'server_error', error_description: 'The server failed to answer' },
    });
    const told = lines.filter((line) => line.includes('device_name'));
    expect(told).toEqual([expect.stringContaining('older than this version')]);
    expect(lines.join()).not.toContain('telephone');
    await host.close();
    await database.drop();
  });
});
