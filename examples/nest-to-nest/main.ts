import { randomUUID } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { UsersService } from '../in-memory-users/users.service.js';
import { InventoryModule } from './inventory.js';
import { ShopModule } from './shop.js';

const credentials = { username: 'shop', password: randomUUID() };

const inventory = await NestFactory.create(InventoryModule);
await inventory.get(UsersService).add(credentials.username, credentials.password);
await inventory.listen(0, '127.0.0.1');

const shop = await NestFactory.create(ShopModule.of(await inventory.getUrl(), credentials));
shop.enableShutdownHooks();
await shop.listen(process.env['PORT'] ?? 3000, '127.0.0.1');
console.log(`Ask the shop at ${await shop.getUrl()}/offers/tea`);
