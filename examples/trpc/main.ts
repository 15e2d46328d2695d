/**
 * A Nest application with tRPC, and a client of it that stays signed in:
 *
 *     npm run build && npx tsc -p examples/trpc && node examples/trpc/dist/trpc/main.js
 */
import { NestFactory } from '@nestjs/core';
import { createTRPCClient, httpBatchLink } from '@trpc/client';
import { createBaton } from 'nestjs-baton/client';
import { memoryStorage } from 'nestjs-baton/client/storage/memory';
import { authorizeTrpc } from 'nestjs-baton/client/trpc';
import { AppModule } from '../in-memory-users/app.module.js';
import { UsersService } from '../in-memory-users/users.service.js';
import { type AppRouter, trpcOf } from './router.js';

const ANN = { username: 'ann', password: 'correct horse battery staple' };

const app = await NestFactory.create(AppModule, { logger: false });
await app.get(UsersService).add(ANN.username, ANN.password);
app.use('/trpc', trpcOf(app));
await app.listen(0, '127.0.0.1');

const baseUrl = await app.getUrl();
const baton = createBaton({ baseUrl, storage: memoryStorage() });
const { link, http } = authorizeTrpc<AppRouter>(baton, `${baseUrl}/trpc`);
const client = createTRPCClient<AppRouter>({ links: [link, httpBatchLink(http)] });

await baton.signIn(ANN);
console.log(JSON.stringify(await Promise.all([client.hello.query(), client.order.mutate()])));
await baton.signOut();
await baton.dispose();
await app.close();
