/** Vue, without a browser; the example in one is in test/playground. @see issue 13, section 4 */
import { createSSRApp, defineComponent, effectScope, h } from 'vue';
import { renderToString } from 'vue/server-renderer';
import type { Baton } from '../../src/client/index.js';
import { useSession } from '../../src/client/vue.js';
import { type Api, startApi } from '../client/api.js';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

/** The client, and how many listen to it. */
function counted(baton: Baton) {
  let listeners = 0;
  const subscribe: Baton['subscribe'] = (listener) => {
    const stop = baton.subscribe(listener);
    listeners += 1;
    return () => {
      listeners -= 1;
      stop();
    };
  };
  return { baton: { ...baton, subscribe }, listeners: () => listeners };
}

describe('Vue', () => {
  it('follows the session for as long as its scope lives', async () => {
    const { baton, listeners } = counted(await api.signedIn());
    const scope = effectScope();
    const session = scope.run(() => useSession(baton));
    expect(session?.value.status).toBe('signedIn');
    await baton.signOut();
    await new Promise(setImmediate);
    expect(session?.value.status).toBe('signedOut');
    scope.stop();
    expect(listeners()).toBe(0);
  });

  it('on a server knows nobody, and leaves no listener behind', async () => {
    const { baton, listeners } = counted(await api.signedIn());
    const Probe = defineComponent(() => {
      const session = useSession(baton);
      return () => h('p', session.value.status);
    });
    expect(await renderToString(createSSRApp(Probe))).toBe('<p>unknown</p>');
    expect(listeners()).toBe(0);
  });
});
