import { Controller, Get, UseGuards } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { type AuthenticatedUser, CurrentSession, CurrentUser, JwtAuthGuard } from 'nestjs-baton';
import { StubAuthGuard, TestClock, accessTokenFor } from 'nestjs-baton/testing';
import request from 'supertest';
import { startHost } from '../host/start-host.js';

@UseGuards(JwtAuthGuard)
@Controller('orders')
class OrdersController {
  @Get()
  list(@CurrentUser() user: unknown, @CurrentSession() { id, claims }: AuthenticatedUser) {
    return { user, id, roles: claims['roles'] };
  }
}

async function answerBehind(stub: StubAuthGuard): Promise<unknown> {
  const module = await Test.createTestingModule({ controllers: [OrdersController] })
    .overrideGuard(JwtAuthGuard)
    .useValue(stub)
    .compile();
  const app = await module.createNestApplication().init();
  const { body } = await request(app.getHttpServer()).get('/orders').expect(200);
  await app.close();
  return body;
}

/** @see issue 12 */
describe('nestjs-baton/testing', () => {
  it('lets a controller be tested alone, as a user of choice', async () => {
    const stub = new StubAuthGuard({ id: '7' });
    expect(await answerBehind(stub)).toMatchObject({ user: { id: '7' }, id: '7' });
  });

  it('leaves in request.user what the application has there', async () => {
    const stub = new StubAuthGuard({ id: '7' }, { email: 'ann@example.com' });
    expect(await answerBehind(stub)).toEqual({ user: { email: 'ann@example.com' }, id: '7' });
  });

  it('makes a token for a user, good until the clock is turned', async () => {
    const clock = new TestClock();
    const host = await startHost({ auth: { clock }, controllers: [OrdersController] });
    const token = await accessTokenFor(host.app, { id: '1', username: 'ann' });
    const ask = () => host.http().get('/orders').auth(token, { type: 'bearer' });
    expect((await ask()).body).toMatchObject({ id: '1' });
    clock.turn(15 * 60);
    expect((await ask()).body).toMatchObject({ error: 'token_expired' });
    await host.close();
  });
});
