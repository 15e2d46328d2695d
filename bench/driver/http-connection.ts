import { type Socket, connect } from 'node:net';

/** An answer, as little of it as a client needs. */
export interface HttpAnswer {
  /** 0 when the connection was lost before it came. */
  readonly status: number;
  readonly body: string;
}

type Answered = (answer: HttpAnswer) => void;

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const LOST: HttpAnswer = { status: 0, body: 'the connection was lost' };

/**
 * One kept-alive connection that has at most one request under way: cheaper than any HTTP client, so that
 * what is measured is the server.
 */
export class HttpConnection {
  private received: Buffer = Buffer.alloc(0);
  private waiting: Answered | null = null;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.take(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.answer(LOST));
  }

  static open(port: number): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(new HttpConnection(socket))).once('error', reject);
    });
  }

  /** Sends a whole request; `answered` is called with its answer. */
  send(bytes: Buffer, answered: Answered): void {
    if (this.socket.destroyed) return answered(LOST);
    this.waiting = answered;
    this.socket.write(bytes);
  }

  exchange(bytes: Buffer): Promise<HttpAnswer> {
    return new Promise((resolve) => this.send(bytes, resolve));
  }

  close(): void {
    this.socket.destroy();
  }

  private answer(answer: HttpAnswer): void {
    const { waiting } = this;
    this.waiting = null;
    waiting?.(answer);
  }

  private take(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
    const answer = readAnswer(this.received);
    if (answer === null) return;
    this.received = Buffer.alloc(0);
    this.answer(answer);
  }
}

/** @returns null while some of it is still to come; an answer that does not say its length has no body */
function readAnswer(bytes: Buffer): HttpAnswer | null {
  const end = bytes.indexOf(END_OF_HEAD);
  if (end === -1) return null;
  const head = bytes.toString('latin1', 0, end);
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  const start = end + END_OF_HEAD.length;
  const rest = bytes.subarray(start, start + length);
  const status = Number(head.slice(9, 12));
  return rest.length < length ? null : { status, body: rest.toString('utf8') };
}

/** Writes a request as bytes, once, so that sending it again costs nothing. */
export function request(
  method: 'GET' | 'POST',
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): Buffer {
  const length = body === '' ? {} : { 'Content-Length': Buffer.byteLength(body) };
  const all = Object.entries({ Host: '127.0.0.1', ...headers, ...length });
  const lines = all.map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}
