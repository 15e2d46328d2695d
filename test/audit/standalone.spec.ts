import { getDataSourceToken } from '@nestjs/typeorm';
import { AuthEventRecord } from 'nestjs-baton';
import request from 'supertest';
import type { DataSource } from 'typeorm';
import { readEnvironment } from '../../src/standalone/environment/environment.js';
import { AuditTrail } from '../../src/audit/audit-trail.js';
import { startInProcess, stopAll } from '../standalone/server-in-process.js';
import type { Variables } from '../standalone/server-process.js';

afterAll(stopAll);

const ANN = { username: 'ann', password: 'correct horse battery staple' };
const NEW_PASSWORD = 'another horse battery staple';

async function startWithAnn(variables: Variables) {
  const { app, url } = await startInProcess(variables);
  await request(url).post('/users').send(ANN);
  const { body } = await request(url).post('/auth/login').send(ANN);
  const dataSource: DataSource = app.get(getDataSourceToken());
  return { app, url, dataSource, token: String(body.access_token) };
}

/** @see issue 16 */
describe('the standalone server', () => {
  it('keeps events with AUTH_AUDIT=on', async () => {
    const { app, url, dataSource, token } = await startWithAnn({ AUTH_AUDIT: 'on' });
    const change = { current_password: ANN.password, new_password: NEW_PASSWORD };
    const changed = request(url).post('/users/me/password').auth(token, { type: 'bearer' });
    expect((await changed.send(change)).status).toBe(204);
    await app.get(AuditTrail).flush();
    const kept = await dataSource.getRepository(AuthEventRecord).find({ order: { id: 'ASC' } });
    expect(kept.map(({ type }) => type)).toEqual(['session.opened', 'password.changed']);
    expect(JSON.stringify(kept)).not.toMatch(/horse/);
  });

  it('keeps none, and has no table for them, unless told so', async () => {
    const { dataSource } = await startWithAnn({});
    await expect(dataSource.query('SELECT * FROM auth_events')).rejects.toThrow('no such table');
  });

  it.each([
    ['on', ['/auth/activity', '/auth/sessions/ended']],
    ['off', []],
  ])('describes what users see with AUTH_AUDIT=%s', async (AUTH_AUDIT, paths) => {
    const { url } = await startInProcess({ AUTH_AUDIT });
    const { body } = await request(url).get('/docs-json');
    const described = Object.keys(body.paths).filter((path) => /activity|ended/.test(path));
    expect(described.toSorted()).toEqual(paths);
  });

  it.each([
    ['AUTH_AUDIT', 'yes', /^AUTH_AUDIT takes on or off$/],
    ['AUTH_AUDIT_RETENTION', 'for ever', /^AUTH_AUDIT_RETENTION takes a whole number of seconds/],
    ['AUTH_AUDIT_REFRESHES', '1', /^AUTH_AUDIT_REFRESHES takes on or off$/],
  ])('does not start with %s=%s, and says so', (name, value, line) => {
    expect(() => readEnvironment({ [name]: value })).toThrow(line);
  });
});
