import { type Socket, connect } from 'node:net';

/** An answer, as little of it as a client needs. */
export interface HttpAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const END_OF_CHUNKS = Buffer.from('0\r\n\r\n');

/**
 * One kept-alive connection that has at most one request under way: cheaper than any HTTP client, so that
 * what is measured is the server.
 */
export class HttpConnection {
  private received: Buffer = Buffer.alloc(0);
  private waiting: ((answer: HttpAnswer) => void) | null = null;
  private failed: ((error: Error) => void) | null = null;
  private closed = false;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.take(chunk));
    socket.on('error', (error) => this.end(error));
    socket.on('close', () => this.end(new Error('The server closed the connection')));
  }

  static open(port: number): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(new HttpConnection(socket))).once('error', reject);
    });
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /** Sends a whole request; `answered` is called with its answer. */
  send(
    bytes: Buffer,
    answered: (answer: HttpAnswer) => void,
    failed: (error: Error) => void,
  ): void {
    if (this.closed) return failed(new Error('The connection is closed'));
    this.waiting = answered;
    this.failed = failed;
    this.socket.write(bytes);
  }

  exchange(bytes: Buffer): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => this.send(bytes, resolve, reject));
  }

  close(): void {
    this.waiting = null;
    this.socket.destroy();
  }

  /** Only who waits for an answer has to know: servers close what idles. */
  private end(error: Error): void {
    this.closed = true;
    if (this.waiting === null) return;
    this.waiting = null;
    this.failed?.(error);
  }

  private take(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
    const answer = readAnswer(this.received);
    if (answer === null) return;
    this.received = Buffer.alloc(0);
    const { waiting } = this;
    this.waiting = null;
    waiting?.(answer);
  }
}

/** @returns null while some of it is still to come */
function readAnswer(bytes: Buffer): HttpAnswer | null {
  const end = bytes.indexOf(END_OF_HEAD);
  if (end === -1) return null;
  const head = bytes.toString('latin1', 0, end);
  const status = Number(head.slice(9, 12));
  const start = end + END_OF_HEAD.length;
  if (status === 204 || status === 304) return { status, head, body: '' };
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) return readChunked(status, head, bytes.subarray(start));
  const rest = bytes.subarray(start, start + Number(length));
  return rest.length < Number(length) ? null : { status, head, body: rest.toString('utf8') };
}

function readChunked(status: number, head: string, rest: Buffer): HttpAnswer | null {
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return { status, head, body: '' };
  if (!rest.subarray(-END_OF_CHUNKS.length).equals(END_OF_CHUNKS)) return null;
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const endOfSize = rest.indexOf('\r\n', at);
    const size = Number.parseInt(rest.toString('latin1', at, endOfSize), 16);
    if (size === 0) break;
    parts.push(rest.subarray(endOfSize + 2, endOfSize + 2 + size));
    at = endOfSize + 2 + size + 2;
  }
  return { status, head, body: Buffer.concat(parts).toString('utf8') };
}

/** Writes a request as bytes, once, so that sending it again costs nothing. */
export function request(
  method: 'GET' | 'POST',
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body?: { readonly type: 'json' | 'form'; readonly text: string },
): Buffer {
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: 127.0.0.1'];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (body !== undefined) {
    const type = body.type === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';
    lines.push(`Content-Type: ${type}`, `Content-Length: ${Buffer.byteLength(body.text)}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body?.text ?? ''}`);
}
