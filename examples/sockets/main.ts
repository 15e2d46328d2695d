import { NestFactory } from '@nestjs/core';
import { WsAdapter } from '@nestjs/platform-ws';
import { UsersService } from '../in-memory-users/users.service.js';
import { AppModule } from './app.module.js';

const app = await NestFactory.create(AppModule);
app.useWebSocketAdapter(new WsAdapter(app));
app.enableShutdownHooks();
await app.get(UsersService).add('ann', 'correct horse battery staple');
await app.listen(process.env['PORT'] ?? 3000, '127.0.0.1');
console.log(`ann can log in at ${await app.getUrl()}/auth/login, and connect to /sockets`);
