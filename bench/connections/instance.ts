import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { WebSocket } from 'ws';

/** What an instance says of itself. */
export interface Held {
  readonly heapUsed: number;
  /** How many connections its `Connections` keep. */
  readonly held: number;
}

/** One process of the server, and what clients do with it. */
export class Instance {
  private constructor(
    private readonly process: ChildProcess,
    readonly url: string,
  ) {}

  static async start(variables: Readonly<Record<string, string>>): Promise<Instance> {
    const child = fork(join(import.meta.dirname, 'server.js'), {
      execArgv: ['--expose-gc'],
      env: { ...process.env, ...variables },
    });
    const [url]: unknown[] = await once(child, 'message');
    return new Instance(child, String(url).replace('[::1]', '127.0.0.1'));
  }

  async held(): Promise<Held> {
    this.process.send('held');
    const [held] = await once(this.process, 'message');
    return held;
  }

  post(path: string, token?: string, body: object = {}): Promise<Response> {
    const headers = new Headers({ 'content-type': 'application/json' });
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    return fetch(`${this.url}/auth/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
  }

  async accessToken(): Promise<string> {
    const answer = await this.post('login', undefined, { username: 'ann', password: 'any' });
    const pair = await answer.json();
    if (typeof pair !== 'object' || pair === null || !('access_token' in pair)) {
      throw new Error(`A login was answered with ${answer.status}`);
    }
    return String(pair.access_token);
  }

  /** Opens a socket. @param token none for one that the server does not keep */
  async open(token?: string): Promise<WebSocket> {
    const socket = new WebSocket(`${this.url.replace('http', 'ws')}/sockets`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      perMessageDeflate: false,
    });
    await once(socket, 'open');
    return socket;
  }

  stop(): void {
    this.process.disconnect();
  }
}
