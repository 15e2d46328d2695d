import { setTimeout as sleep } from 'node:timers/promises';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { UsersService } from '../../examples/in-memory-users/users.service.js';
import { InventoryModule } from '../../examples/nest-to-nest/inventory.js';
import { Inventory, ShopModule } from '../../examples/nest-to-nest/shop.js';

const CREDENTIALS = { username: 'shop', password: 'correct horse battery staple' };

let inventory: INestApplication;
let shop: INestApplication;

async function listening(module: Parameters<typeof Test.createTestingModule>[0]) {
  const app = (await Test.createTestingModule(module).compile()).createNestApplication();
  await app.listen(0, '127.0.0.1');
  return app;
}

const offer = async () => (await fetch(`${await shop.getUrl()}/offers/tea`)).json();

beforeAll(async () => {
  inventory = await listening({ imports: [InventoryModule] });
  await inventory.get(UsersService).add(CREDENTIALS.username, CREDENTIALS.password);
  shop = await listening({ imports: [ShopModule.of(await inventory.getUrl(), CREDENTIALS)] });
});
afterAll(() => inventory.close());

describe('a Nest service that calls another', () => {
  it('signs in once for all who ask at once, and again for nobody', async () => {
    const offers = await Promise.all(Array.from({ length: 10 }, offer));
    expect(offers).toEqual(Array.from({ length: 10 }, () => ({ item: 'tea', available: true })));
  });

  it('goes on after its access token has expired', async () => {
    await sleep(2_200);
    expect(await offer()).toEqual({ item: 'tea', available: true });
  });

  it('signs out at its shutdown', async () => {
    const client = shop.get(Inventory);
    await shop.close();
    inventory.get(UsersService).remove(CREDENTIALS.username);
    await expect(client.countOf('tea')).rejects.toThrow('Invalid username or password');
  });
});
