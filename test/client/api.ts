import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Post,
  Req,
  Res,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { JwtAuthGuard } from 'nestjs-baton';
import {
  type Baton,
  type BatonOptions,
  type SignedOutReason,
  createBaton,
} from '../../src/client/index.js';
import { memoryStorage } from '../../src/client/storage/memory.js';
import type { MeBody } from '../../src/wire.js';
import { type Host, type HostOptions, PASSWORD, startHost } from '../host/start-host.js';
import { QuickUsers } from '../host/quick-users.js';
import { type BadLine, openBadLine } from './bad-line.js';

/** What the application offers beside the routes of the module. */
@Controller()
class OrdersController {
  @UseGuards(JwtAuthGuard)
  @Post('orders')
  @HttpCode(200)
  order(@Body() body: unknown, @Headers('content-type') type: string): unknown {
    return { body, type };
  }

  @UseGuards(JwtAuthGuard)
  @Post('uploads')
  @HttpCode(200)
  async upload(@Req() request: AsyncIterable<Buffer>): Promise<unknown> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    return { text: Buffer.concat(chunks).toString() };
  }

  @Get('wrong-pin')
  wrongPin(): never {
    throw new UnauthorizedException({ error: 'wrong_pin', error_description: 'Try again' });
  }

  @Get('away')
  away(
    @Headers('x-to') to: string,
    @Res() response: { redirect(status: number, to: string): void },
  ): void {
    response.redirect(302, to);
  }
}

/** A real server behind a line that can be bad, and clients of it. */
export interface Api {
  readonly host: Host;
  readonly line: BadLine;
  /** A client with a storage of its own, unless one is given. */
  client(options?: Partial<BatonOptions>): Baton;
  /** The same, signed in as ann. */
  signedIn(options?: Partial<BatonOptions>): Promise<Baton>;
  /** What a page does that is looked at again. */
  wake(): void;
  close(): Promise<void>;
}

export const ANN = { username: 'ann', password: PASSWORD };

/** Refreshes that came in. */
export const refreshes = (api: Api): number => api.line.count('/auth/token/refresh');

/** Whom the server takes a client for. */
export async function nameOf(baton: Baton): Promise<string> {
  const me: Partial<MeBody> = Object(await (await baton.fetch('/auth/me')).json());
  return String(me.username);
}

/** Why sessions of a client ended, from now on. */
export function reasonsOf(baton: Baton): SignedOutReason[] {
  const reasons: SignedOutReason[] = [];
  baton.on('signedOut', ({ reason }) => reasons.push(reason));
  return reasons;
}

export async function startApi(options: HostOptions = {}): Promise<Api> {
  const host = await startHost({
    controllers: [OrdersController],
    users: new QuickUsers(),
    ...options,
  });
  const line = await openBadLine(host.url);
  const clients: Baton[] = [];
  const wakes = new Set<() => void>();
  const wakeOn = (wake: () => void) => {
    wakes.add(wake);
    return () => wakes.delete(wake);
  };
  const client = (own: Partial<BatonOptions> = {}): Baton => {
    const baton = createBaton({ baseUrl: line.url, storage: memoryStorage(), wakeOn, ...own });
    clients.push(baton);
    return baton;
  };
  return {
    host,
    line,
    client,
    async signedIn(own) {
      const baton = client(own);
      await baton.signIn(ANN);
      return baton;
    },
    wake: () => wakes.forEach((wake) => wake()),
    async close() {
      await Promise.all(clients.map((baton) => baton.dispose()));
      await line.close();
      await host.close();
    },
  };
}
