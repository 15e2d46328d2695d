import {
  type CallHandler,
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import { APP_INTERCEPTOR, HttpAdapterHost, Reflector } from '@nestjs/core';
import { AUTH_ROUTE, isAuthRoute } from 'nestjs-baton';
import { type Observable, map, of, tap } from 'rxjs';
import { type HostOptions, PLATFORMS, startHost } from '../host/start-host.js';
import { Client, EVERY_ANSWER, answersOfEveryRoute } from './every-route.js';

@Controller('page')
class PageController {
  private asked = 0;

  @Get()
  page() {
    this.asked += 1;
    return { asked: this.asked };
  }
}

/** What many applications have: every answer in an envelope. */
@Injectable()
class EnvelopeInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (isAuthRoute(context)) return next.handle();
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

/** The same, by the metadata. */
@Injectable()
class EnvelopeByMetadata implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (this.reflector.get<boolean>(AUTH_ROUTE, context.getClass())) return next.handle();
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

/** As `CacheInterceptor` of `@nestjs/cache-manager` 3 and 12 goes about it, with a `Map` for its store. */
@Injectable()
class CacheInterceptor implements NestInterceptor {
  private readonly kept = new Map<string, unknown>();

  constructor(
    private readonly reflector: Reflector,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest();
    if (request.method !== 'GET') return next.handle();
    const key = String(this.adapterHost.httpAdapter.getRequestUrl(request));
    const targets = [context.getHandler(), context.getClass()];
    const ttl: unknown = this.reflector.getAllAndOverride('cache_module:cache_ttl', targets);
    try {
      if (this.kept.has(key)) return of(this.kept.get(key));
      if (typeof ttl === 'function') await ttl(context);
      return next.handle().pipe(tap((answer: unknown) => void this.kept.set(key, answer)));
    } catch {
      return next.handle();
    }
  }
}

/** @see issue 11 */
describe.each(PLATFORMS)('in a host on %s', (platform) => {
  const withInterceptor = (useClass: Type<NestInterceptor>): HostOptions => ({
    platform,
    controllers: [PageController],
    providers: [{ provide: APP_INTERCEPTOR, useClass }],
  });

  it.each([[EnvelopeInterceptor], [EnvelopeByMetadata]])(
    'an interceptor that wraps answers can leave ours as they are: %p',
    async (interceptor) => {
      const host = await startHost(withInterceptor(interceptor));
      expect((await host.http().get('/page')).body).toEqual({ data: { asked: 1 } });
      expect(await answersOfEveryRoute(host)).toEqual(EVERY_ANSWER);
      await host.close();
    },
  );

  it("a CacheInterceptor before every route gives nobody another's answer", async () => {
    const host = await startHost(withInterceptor(CacheInterceptor));
    for (let times = 0; times < 2; times += 1) {
      expect((await host.http().get('/page')).body).toEqual({ asked: 1 });
    }
    const client = new Client(host);
    const [ann, bob] = [await client.login('ann'), await client.login('bob')];
    expect((await client.getAs(ann, 'me')).body.username).toBe('ann');
    expect((await client.getAs(bob, 'me')).body.username).toBe('bob');
    const [anns, bobs] = [await client.getAs(ann, 'sessions'), await client.getAs(bob, 'sessions')];
    expect(anns.body.sessions[0].id).toBe(ann.session_id);
    expect(bobs.body.sessions[0].id).toBe(bob.session_id);
    await host.close();
  });
});
