import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { UsersService } from './users.service.js';

/** Somebody logs in, refreshes and reads his orders; for what a bundler makes of the whole application. */
async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['error'] });
  const ann = { username: 'ann', password: 'correct horse battery staple' };
  await app.get(UsersService).add(ann.username, ann.password);
  await app.listen(0);
  const url = await app.getUrl();
  const post = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    return (await fetch(`${url}${path}`, init)).json();
  };
  const { refresh_token } = await post('/auth/login', ann);
  const { access_token } = await post('/auth/token/refresh', { refresh_token });
  const headers = { authorization: `Bearer ${access_token}` };
  const orders = await fetch(`${url}/orders`, { headers });
  const refused = await fetch(`${url}/orders`);
  console.log(orders.status, refused.status, refused.headers.get('x-auth-error'));
  await app.close();
}

void main();
