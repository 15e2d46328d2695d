import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanUp, runToExit, startServer, temporaryFolder } from './server-process.js';

const SECRETS = {
  AUTH_ACCESS_SECRET: 'a secret of the tests for access tokens',
  AUTH_REFRESH_SECRET: 'a secret of the tests for refresh tokens',
};

afterAll(cleanUp);

describe('the start', () => {
  it('is refused with exit code 1 and exactly one line for each bad variable', async () => {
    const { code, lines } = await runToExit({ PORT: 'http', AUTH_GRACE: 'x', AUTH_MAX_USES: '-1' });
    expect(code).toBe(1);
    expect(lines.map((line) => line.split(' ', 1)[0])).toEqual([
      'PORT',
      'AUTH_GRACE',
      'AUTH_MAX_USES',
    ]);
  });

  it('is refused in production without secrets', async () => {
    const { code, lines } = await runToExit({ NODE_ENV: 'production' });
    expect(code).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(/^AUTH_ACCESS_SECRET /),
      expect.stringMatching(/^AUTH_REFRESH_SECRET /),
    ]);
  });

  it('is refused in one line when the database is not there', async () => {
    const { code, lines } = await runToExit({
      NODE_ENV: 'production',
      ...SECRETS,
      DATABASE_URL: 'postgres://nobody:hunter2@127.0.0.1:1/none',
    });
    expect(code).toBe(1);
    expect(lines.join('\n')).not.toContain('hunter2');
    expect(lines.at(-1)).toMatch(/database/i);
  });

  /** @see issue 11 */
  it.each([
    ['may be read by others', 0o644, '{}', /may be read by others: run chmod 600/],
    ['may be read by its group', 0o640, '{}', /may be read by others: run chmod 600/],
    ['holds no secrets', 0o600, '{}', /holds no secrets: delete it/],
    ['was cut', 0o600, '{"accessSecret": "', /holds no secrets: delete it/],
  ])('is refused in one line when secrets.json %s', async (_what, mode, text, sentence) => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'data'));
    await writeFile(join(folder, 'data/secrets.json'), text, { mode });
    await chmod(join(folder, 'data/secrets.json'), mode);
    const { code, lines } = await runToExit({}, folder);
    expect({ code, lines }).toEqual({ code: 1, lines: [expect.stringMatching(sentence)] });
  });

  /** @see issue 11 */
  it('never says of a secrets.json that cannot be read that it is broken', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'data/secrets.json'), { recursive: true });
    const { code, lines } = await runToExit({}, folder);
    expect({ code, lines }).toEqual({
      code: 1,
      lines: ['data/secrets.json cannot be read (EISDIR)'],
    });
  });

  it('makes secrets outside production and keeps them, readable by their owner only', async () => {
    const first = await startServer();
    const file = join(first.folder, 'data/secrets.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await first.stop();
    const { mtimeMs } = await stat(file);
    const second = await startServer({}, first.folder);
    expect((await stat(file)).mtimeMs).toBe(mtimeMs);
    await second.stop();
  });
});
