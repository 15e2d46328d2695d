import { Test } from '@nestjs/testing';
import request from 'supertest';
import { AppModule } from './../src/app.module.js';
import { UsersService } from './../src/users.service.js';

/** In the words of the tests beside it, which the CLI has generated. */
describe('OrdersController (e2e)', () => {
  it('/orders (GET) is for who has logged in, and refreshed', async () => {
    const moduleFixture = await Test.createTestingModule({ imports: [AppModule] }).compile();
    const app = moduleFixture.createNestApplication();
    await app.init();
    const ann = { username: 'ann', password: 'correct horse battery staple' };
    await app.get(UsersService).add(ann.username, ann.password);
    const http = () => request(app.getHttpServer());

    await http().get('/orders').expect(401);
    const login = await http().post('/auth/login').send(ann).expect(200);
    const { refresh_token } = login.body;
    const { body } = await http().post('/auth/token/refresh').send({ refresh_token }).expect(200);
    await http()
      .get('/orders')
      .auth(body.access_token, { type: 'bearer' })
      .expect(200, { of: '1' });
    await app.close();
  });
});
