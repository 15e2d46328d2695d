import { createServer } from 'node:http';
import { once } from 'node:events';
import { build } from 'esbuild';

/** A site of its own that serves one page with the client, for the API at another origin. */
export interface Site {
  readonly port: number;
  /** What came as `Cookie` with the last request for a path. */
  cookiesOf(path: string): string;
  stop(): void;
}

/** What the page can be asked: `window.baton`, and `window.cookies` for what scripts see of them. */
const PAGE = `
  import { createBaton } from './src/client/index.ts';
  import { cookieStorage } from './src/client/storage/cookie.ts';
  const baseUrl = new URLSearchParams(location.search).get('api');
  window.baton = createBaton({ baseUrl, storage: cookieStorage() });
`;

export async function serveSite(): Promise<Site> {
  const { outputFiles } = await build({
    stdin: { contents: PAGE, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    format: 'esm',
    write: false,
  });
  const script = outputFiles[0]?.text ?? '';
  const cookies = new Map<string | undefined, string | undefined>();
  const server = createServer((request, response) => {
    cookies.set(request.url, request.headers.cookie);
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : '<script type="module" src="/page.js"></script>');
  });
  server.listen(0);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { port, cookiesOf: (path) => cookies.get(path) ?? '', stop };
}
