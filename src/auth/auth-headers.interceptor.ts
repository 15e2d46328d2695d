import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type Observable, catchError, throwError } from 'rxjs';
import { SETTINGS, type Settings } from '../options.js';
import { setErrorHeaders } from './error-headers.js';

/** Keeps answers out of caches and gives errors their headers; the host's filters write the bodies. */
@Injectable()
export class AuthHeadersInterceptor implements NestInterceptor {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const response: unknown = context.switchToHttp().getResponse();
    this.adapterHost.httpAdapter.setHeader(response, 'Cache-Control', 'no-store');
    return next.handle().pipe(
      catchError((error: unknown) => {
        setErrorHeaders(this.adapterHost, response, error, this.settings.issuer);
        return throwError(() => error);
      }),
    );
  }
}
