const { createBaton, isBatonError } = require('nestjs-baton-client');
const { memoryStorage } = require('nestjs-baton-client/storage/memory');
const { webStorage } = require('nestjs-baton-client/storage/web');

const user = { username: 'ann', password: 'correct horse battery staple' };

it('signs in, refreshes and signs out', async () => {
  const baton = createBaton({ baseUrl: process.env.SERVER, storage: memoryStorage() });
  await baton.signIn(user);
  const answer = await baton.fetch('/profile');
  expect(await answer.json()).toEqual({ name: 'ann' });
  await baton.signOut();
  expect(baton.getState().status).toBe('signedOut');
});

it('is in a page, and has its storage', async () => {
  expect(window.document.title).toBe('');
  const baton = createBaton({ baseUrl: process.env.SERVER, storage: webStorage() });
  await baton.signIn(user);
  expect(window.localStorage).toHaveLength(1);
  await baton.signOut();
});

it('tells its own errors', async () => {
  const baton = createBaton({ baseUrl: `${process.env.SERVER}/nowhere`, storage: memoryStorage() });
  const error = await baton.signIn(user).catch((thrown) => thrown);
  expect(isBatonError(error, 'sign_in_failed')).toBe(true);
});
