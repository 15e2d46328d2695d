import { NestFactory } from '@nestjs/core';
import request from 'supertest';
import { AppModule } from '../../examples/in-memory-users/app.module.js';
import { UsersService } from '../../examples/in-memory-users/users.service.js';
import { PASSWORD } from '../host/start-host.js';
import { Client, EVERY_ANSWER, answersOfEveryRoute } from './every-route.js';

it('the example with users in memory logs in, opens its profile and has every route', async () => {
  const app = await NestFactory.create(AppModule, { logger: false, abortOnError: false });
  for (const name of ['ann', 'bob']) await app.get(UsersService).add(name, PASSWORD);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const example = { http: () => request(url) };

  expect((await example.http().get('/profile')).body.error).toBe('missing_token');
  const { access_token, session_id } = await new Client(example).login();
  const profile = await example.http().get('/profile').auth(access_token, { type: 'bearer' });
  expect(profile.body).toEqual({ user: '1', session: session_id });
  expect(await answersOfEveryRoute(example)).toEqual(EVERY_ANSWER);
  await app.close();
});

/** @see issue 11 */
it('the example gives no id twice, whoever was taken away', async () => {
  const users = new UsersService();
  const ids: string[] = [];
  for (const name of ['ann', 'bob', 'carol', 'ann']) {
    ids.push((await users.add(name, PASSWORD)).id);
    users.remove(name === 'bob' ? 'ann' : name);
  }
  expect(new Set(ids).size).toBe(4);
});
