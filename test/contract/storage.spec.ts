import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { type INestApplication, Injectable, type LoggerService } from '@nestjs/common';
import { type AuthEvent, OnAuthEvent, RefreshToken, type TokenPairBody } from 'nestjs-baton';
import { ExpiredSessionSweeper } from '../../src/sessions/expired-session-sweeper.js';
import { ACCESS_SECRET, PASSWORD, REFRESH_SECRET } from '../host/start-host.js';
import { decode } from './jwt.js';
import {
  type Stage,
  login,
  logout,
  onEveryHost,
  postLogin,
  postRefresh,
  refresh,
  refreshing,
  rowOf,
  use,
  withoutDatabase,
} from './vocabulary.js';

const KEY = 'idempotency-key-that-nobody-else-has';

/** Keeps what the application logs. */
class Notebook implements LoggerService {
  readonly lines: string[] = [];
  readonly log = (...words: unknown[]): void => {
    this.lines.push(inspect(words, { depth: 9, maxStringLength: null }));
  };
  readonly error = this.log;
  readonly warn = this.log;
  readonly debug = this.log;
  readonly verbose = this.log;
  readonly fatal = this.log;
}

/** Everything that opens a session, or a part of it: no store may know any of this. */
function secretsOf(...pairs: readonly TokenPairBody[]): string[] {
  const tokens = pairs.flatMap((pair) => [pair.access_token, pair.refresh_token]);
  const parts = tokens.flatMap((token) => {
    const [, claims = '', signature = ''] = token.split('.');
    const hex = Buffer.from(signature, 'base64url').toString('hex');
    return [token, claims, signature, hex, String(decode(token).claims['jti'])];
  });
  return [...parts, PASSWORD, ACCESS_SECRET, REFRESH_SECRET, KEY];
}

/** A session of which every column has been written. */
async function eventfulSession({ host }: Stage): Promise<TokenPairBody[]> {
  const first = await login(host, { device_name: 'the phone of ann' });
  const second = await refresh(host, first.refresh_token, KEY);
  await use(host, second);
  const third = await refresh(host, second.refresh_token, KEY);
  await use(host, third);
  await logout(host, third);
  return [first, second, third];
}

onEveryHost({}, (stage) => {
  it('no column of a row holds a token, a signature, a password or a secret', async () => {
    const pairs = await eventfulSession(stage);
    const [pair] = pairs;
    const row = JSON.stringify(pair && (await rowOf(stage.host, pair)));
    expect(row).toContain('the phone of ann');
    for (const secret of secretsOf(...pairs)) expect(row).not.toContain(secret);
  });

  it('no table of the database holds any of them either', async () => {
    const pairs = await eventfulSession(stage);
    const live = await login(stage.host);
    const rows = JSON.stringify(await stage.host.dataSource.query('SELECT * FROM refresh_tokens'));
    expect(rows).toContain(live.session_id);
    for (const secret of secretsOf(...pairs, live)) expect(rows).not.toContain(secret);
  });

  it('the sweep deletes what has ended and leaves what lives', async () => {
    await login(stage.host);
    stage.host.clock.turn(31 * 86_400);
    const live = await login(stage.host);
    const revoked = await login(stage.host);
    await logout(stage.host, revoked);
    await stage.host.app.get(ExpiredSessionSweeper).sweep();
    const rows = await stage.host.dataSource.getRepository(RefreshToken).find();
    const ids = [live.session_id, revoked.session_id].toSorted();
    expect(rows.map(({ id }) => id).toSorted()).toEqual(ids);
    expect((await postRefresh(stage.host, live.refresh_token)).status).toBe(200);
  });
});

onEveryHost(
  {},
  (stage) => {
    it('the files of the database hold none of them, not even in what was written over', async () => {
      const pairs = await eventfulSession(stage);
      const folder = dirname(stage.database.url.replace(/^sqlite:/, ''));
      const names = await readdir(folder);
      const files = await Promise.all(names.map((name) => readFile(join(folder, name))));
      const bytes = Buffer.concat(files);
      expect(bytes.includes('the phone of ann')).toBe(true);
      expect(secretsOf(...pairs).filter((secret) => bytes.includes(secret))).toEqual([]);
    });
  },
  ({ name }) => name === 'sqlite file',
);

const notebook = new Notebook();

/** Fails at whatever it is told, so that there is something in the log. */
@Injectable()
class Grumbler {
  @OnAuthEvent('session.refreshed')
  grumble(event: AuthEvent): never {
    throw new Error(`Not again: ${JSON.stringify(event)}`);
  }

  @OnAuthEvent('login.failed')
  despair(event: AuthEvent): never {
    return this.grumble(event);
  }
}

const NOISY = {
  configure: (app: INestApplication) => app.useLogger(notebook),
  providers: [Grumbler],
};

onEveryHost(NOISY, (stage) => {
  it('the log holds none of them, whatever goes wrong', async () => {
    notebook.lines.length = 0;
    const pairs = await eventfulSession(stage);
    const [first, second] = pairs;
    const live = await login(stage.host);
    for (const pair of pairs) await refreshing(stage.host, pair.refresh_token);
    await refreshing(stage.host, `${first?.refresh_token}${second?.refresh_token}`);
    await refreshing(stage.host, live.refresh_token, 'short');
    await postLogin(stage.host, { password: `${PASSWORD}!` });
    await withoutDatabase(stage.host, async () => {
      await refreshing(stage.host, live.refresh_token, KEY);
      await postLogin(stage.host);
    });
    const log = notebook.lines.join('\n');
    // What every application logs of these: on SQLite in memory there was nothing else (issue 11).
    expect(log).toMatch(/Not again: .*login\.failed/);
    expect(log).toContain(String(first?.session_id));
    for (const secret of secretsOf(...pairs, live)) expect(log).not.toContain(secret);
  });
});
