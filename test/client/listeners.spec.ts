/** @see issue 13, section 3 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Api, startApi } from './api.js';

let api: Api;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

describe('listeners', () => {
  it('are not called once they are unsubscribed, the same function twice told apart', async () => {
    const baton = await api.signedIn();
    const calls: string[] = [];
    const listener = () => calls.push('called');
    const undo = baton.on('signedOut', listener);
    baton.on('signedOut', listener);
    const undoLate = baton.on('signedOut', () => calls.push('late'));
    undo();
    const signingOut = baton.signOut();
    undoLate();
    await signingOut;
    expect(calls).toEqual(['called']);
  });

  it('that throw or reject are shown, and end nothing', async () => {
    const shown: unknown[] = [];
    Reflect.set(globalThis, 'reportError', (error: unknown) => shown.push(error));
    const baton = await api.signedIn();
    const calls: string[] = [];
    baton.on('signedOut', () => {
      throw new Error('thrown');
    });
    baton.on('signedOut', () => Promise.reject(new Error('rejected')));
    baton.on('signedOut', () => calls.push('called'));
    await baton.signOut();
    await nextTurn();
    Reflect.deleteProperty(globalThis, 'reportError');
    expect(calls).toEqual(['called']);
    expect(shown.map(String)).toEqual(['Error: thrown', 'Error: rejected']);
  });
});
