import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { createBaton } from '../../src/client/index.js';
import { useAuthorizedFetch, useBaton } from '../../src/client/react.js';
import { memoryStorage } from '../../src/client/storage/memory.js';

const baton = createBaton({ baseUrl: 'http://127.0.0.1:1', storage: memoryStorage() });
const read = (response: Response) => response.text();

function Probe() {
  const { status, sessionId } = useBaton(baton);
  const fetched = useAuthorizedFetch(baton, '/auth/me', read);
  return createElement('p', {}, `${status} ${sessionId} ${JSON.stringify(fetched)}`);
}

describe('the React hooks on a server', () => {
  it('know nobody yet and ask for nothing, so that the browser can take over', () => {
    expect(renderToString(createElement(Probe))).toBe('<p>unknown null {}</p>');
  });
});
