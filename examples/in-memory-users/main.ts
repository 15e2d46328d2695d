import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { UsersService } from './users.service.js';

const app = await NestFactory.create(AppModule);
app.enableShutdownHooks();
await app.get(UsersService).add('ann', 'correct horse battery staple');
await app.listen(process.env['PORT'] ?? 3000, '127.0.0.1');
console.log(`ann can log in at ${await app.getUrl()}/auth/login`);
