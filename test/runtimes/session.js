/** A session from sign-in to sign-out, on whatever runtime runs this file. The first argument is the server. */
import { createBaton } from '../../dist/client/index.js';
import { memoryStorage } from '../../dist/client/storage/memory.js';

const { argv } = globalThis.process;
const [baseUrl, username, password] = argv.slice(2);
const baton = createBaton({ baseUrl, storage: memoryStorage() });
const said = [];
baton.on('refreshed', () => said.push('refreshed'));
baton.on('signedOut', ({ reason }) => said.push(`signed out: ${reason}`));

await baton.signIn({ username, password });
const first = await baton.getAccessToken();
said.push((await (await baton.fetch('/auth/me')).json()).username);
const second = await baton.getAccessToken(first);
said.push(second !== first && (await baton.fetch('/auth/me')).status);
await baton.signOut();
said.push(await baton.getAccessToken());
baton.dispose();
console.log(JSON.stringify(said));
