import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/**
 * What the line does to a request: `pass` it; cut it `before` the server sees it, `within` the answer, or `after` the
 * server has dealt with it and before a byte of the answer; send it `twice`; keep it `until` something has happened; or
 * give an answer of its own.
 */
export type Treatment =
  | 'pass'
  | 'before'
  | 'within'
  | 'after'
  | 'twice'
  | { readonly until: Promise<unknown> }
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };

export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Requests that stand still on the line. */
export interface Held {
  /** Settles when the first one has come. */
  readonly arrived: Promise<void>;
  /** Lets them, and those to come, go on to the server. */
  readonly letGo: () => void;
}

/** A line to a server that can be bad. */
export interface BadLine {
  readonly url: string;
  /** Everything that came in, in order. */
  readonly seen: SeenRequest[];
  /** What happens to the requests from now on. */
  treat: (request: SeenRequest) => Treatment;
  /** Keeps the requests for a path, from now on, until they are let go. */
  hold(path: string): Held;
  /** How many requests for a path came in. */
  count(path: string): number;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: [string, string][];
  readonly body: Buffer;
}

/** Opens a line to the server at `target`, on a port of its own. */
export async function openBadLine(target: string): Promise<BadLine> {
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 1000;

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const seen = { path: request.url ?? '', headers: request.headers, body: body.toString() };
    line.seen.push(seen);
    const treatment = line.treat(seen);
    if (treatment === 'before') return void response.destroy();
    if (typeof treatment === 'object' && 'status' in treatment) {
      response.writeHead(treatment.status, treatment.headers).end(treatment.body);
      return;
    }
    if (typeof treatment === 'object') await treatment.until;
    if (treatment === 'twice') await forward(target, request, body);
    const answer = await forward(target, request, body);
    if (treatment === 'after') return void response.destroy();
    answer.headers.forEach(([name, value]) => response.appendHeader(name, value));
    response.statusCode = answer.status;
    if (treatment !== 'within') return void response.end(answer.body);
    response.setHeader('content-length', answer.body.length);
    response.write(answer.body.subarray(0, answer.body.length / 2), () => response.destroy());
  };

  const line: BadLine = {
    url: await listen(server),
    seen: [],
    treat: () => 'pass',
    hold(path) {
      let [letGo, tell] = [() => {}, () => {}];
      const until = new Promise<void>((resolve) => (letGo = resolve));
      const arrived = new Promise<void>((resolve) => (tell = resolve));
      line.treat = (request) => {
        if (request.path !== path) return 'pass';
        tell();
        return { until };
      };
      return { arrived, letGo };
    },
    count: (path) => line.seen.filter((request) => request.path === path).length,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return line;
}

/** Listens on a free port of this machine. @returns its address */
export function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port }: Partial<AddressInfo> = Object(server.address());
      resolve(`http://127.0.0.1:${port}`);
    });
  });
}

const HOP_BY_HOP = ['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive'];

async function forward(target: string, request: IncomingMessage, body: Buffer): Promise<Answer> {
  const headers = new Headers();
  Object.entries(request.headers).forEach(([name, value]) => {
    if (!HOP_BY_HOP.includes(name)) headers.set(name, String(value));
  });
  const method = request.method ?? 'GET';
  const hasBody = !['GET', 'HEAD'].includes(method);
  const response = await fetch(target + request.url, {
    method,
    headers,
    redirect: 'manual',
    ...(hasBody && { body: new Uint8Array(body) }),
  });
  return {
    status: response.status,
    headers: [...response.headers].filter(
      ([name]) => !HOP_BY_HOP.includes(name) && name !== 'content-encoding',
    ),
    body: Buffer.from(await response.arrayBuffer()),
  };
}
