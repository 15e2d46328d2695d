import { createBaton } from 'nestjs-baton-client';
import { authorizeAxios } from 'nestjs-baton-client/axios';
import { indexedDbStorage } from 'nestjs-baton-client/storage/indexed-db';
import { memoryStorage } from 'nestjs-baton-client/storage/memory';

/** Signs in, and asks for something with a token that the server refuses: it takes a refresh to be given it. */
export async function visit(baseUrl) {
  const baton = createBaton({ baseUrl, storage: memoryStorage() });
  await baton.signIn({ username: 'ann', password: 'correct horse battery staple' });
  const answer = await baton.fetch('/profile');
  await baton.signOut();
  return [answer.status, await answer.text(), baton.getState().status, typeof authorizeAxios].join(
    ' ',
  );
}

/** So that no bundler leaves it out. */
export const openStorage = indexedDbStorage;
