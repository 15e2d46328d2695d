/**
 * A Nest gateway of `ws`, and a client of it that stays connected:
 *
 *     npm run build && npx tsc -p examples/ws && node examples/ws/dist/ws/main.js
 */
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { WsAdapter } from '@nestjs/platform-ws';
import { createBaton } from 'nestjs-baton/client';
import { memoryStorage } from 'nestjs-baton/client/storage/memory';
import { AppModule } from '../in-memory-users/app.module.js';
import { UsersService } from '../in-memory-users/users.service.js';
import { followNews } from './follow-news.js';
import { NewsGateway } from './news.gateway.js';

const ANN = { username: 'ann', password: 'correct horse battery staple' };

@Module({ imports: [AppModule], providers: [NewsGateway] })
class NewsModule {}

const app = await NestFactory.create(NewsModule, { logger: false });
app.useWebSocketAdapter(new WsAdapter(app));
await app.get(UsersService).add(ANN.username, ANN.password);
await app.listen(0, '127.0.0.1');

const baseUrl = await app.getUrl();
const baton = createBaton({ baseUrl, storage: memoryStorage() });
await baton.signIn(ANN);
const news = await new Promise((hear) => {
  followNews(`${baseUrl.replace('http', 'ws')}/news`, baton, hear);
});
console.log(JSON.stringify(news));
// The connection ends with the session.
await baton.signOut();
await baton.dispose();
await app.close();
