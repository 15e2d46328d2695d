/**
 * An axios instance that stays signed in, here to list where else one is:
 *
 *     npx tsx examples/axios/sessions.ts ann 'correct horse battery staple'
 */
import { argv, env } from 'node:process';
import { create } from 'axios';
import { createBaton } from 'nestjs-baton/client';
import { authorizeAxios } from 'nestjs-baton/client/axios';
import { memoryStorage } from 'nestjs-baton/client/storage/memory';

const baseUrl = env['BATON_URL'] ?? 'http://127.0.0.1:3000';
const [, , username = 'ann', password = ''] = argv;

const baton = createBaton({ baseUrl, storage: memoryStorage() });
const api = create({ baseURL: baseUrl });
authorizeAxios(api, baton);

await baton.signIn({ username, password, device_name: 'axios' });
const { data } = await api.get('/auth/sessions');
console.log(JSON.stringify(data));
await baton.signOut();
await baton.dispose();
