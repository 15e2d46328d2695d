import { once } from 'node:events';
import { type IncomingHttpHeaders, type Server, createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** What was posted to a receiver. */
export interface Posted {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server that is posted to, and answers as it is told. */
export class Receiver {
  readonly posted: Posted[] = [];
  /** The statuses of the next answers; 204 after these. */
  statuses: number[] = [];
  /** Takes what is posted, and never answers. */
  isSilent = false;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    server.on('request', async (request, response) => {
      receiver.posted.push({ headers: request.headers, body: await text(request) });
      if (receiver.isSilent) return;
      response.writeHead(receiver.statuses.shift() ?? 204, { Location: '/elsewhere' }).end();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return receiver;
  }

  /** With a path that no log may hold. */
  get url(): string {
    return `${this.origin}/hook/secret-path`;
  }

  get origin(): string {
    const address = this.server.address();
    const port = typeof address === 'object' ? address?.port : address;
    return `http://127.0.0.1:${port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
