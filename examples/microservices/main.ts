import { NestFactory } from '@nestjs/core';
import { Transport } from '@nestjs/microservices';
import { UsersService } from '../in-memory-users/users.service.js';
import { AppModule } from './app.module.js';

const host = '127.0.0.1';
const app = await NestFactory.create(AppModule);
app.connectMicroservice({
  transport: Transport.TCP,
  options: { host, port: Number(process.env['TCP_PORT'] ?? 3001) },
});
app.enableShutdownHooks();
await app.get(UsersService).add('ann', 'correct horse battery staple');
await app.startAllMicroservices();
await app.listen(process.env['PORT'] ?? 3000, host);
console.log(`ann can log in at ${await app.getUrl()}/auth/login; orders are asked for over TCP`);
