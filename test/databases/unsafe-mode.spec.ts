import { OwnMariadb, describeWithOwnMariadb } from '../host/own-mariadb.js';
import { stopOwnServers } from '../host/own-process.js';
import { recordingLog } from '../host/recording-log.js';
import { PASSWORD, startHost } from '../host/start-host.js';

afterAll(stopOwnServers);

describeWithOwnMariadb(() => {
  // @see issue 11: SQL injection where backslashes escape nothing.
  it('a host under NO_BACKSLASH_ESCAPES is warned once, and its sessions cannot be written by a client', async () => {
    const server = await OwnMariadb.start(['--sql-mode=NO_BACKSLASH_ESCAPES']);
    const { lines, configure } = recordingLog();
    const host = await startHost({ database: server.options, configure });
    expect(lines.filter((line) => line.includes('NO_BACKSLASH_ESCAPES'))).toHaveLength(1);
    const device_name = `a', NULL), ('stolen', 'bob`;
    const logins = Array.from({ length: 12 }, () =>
      host
        .http()
        .post('/auth/login')
        .set('user-agent', `x' OR '1'='1`)
        .send({ username: 'ann', password: PASSWORD, device_name }),
    );
    for (const { status } of await Promise.all(logins)) expect(status).toBe(200);
    const rows = await server.tell(
      'SELECT DISTINCT device_name, user_agent FROM baton.refresh_tokens',
    );
    expect(rows).toEqual([{ device_name, user_agent: `x' OR '1'='1` }]);
    expect(lines.filter((line) => line.includes('NO_BACKSLASH_ESCAPES'))).toHaveLength(1);
    await host.close();
  });
});
