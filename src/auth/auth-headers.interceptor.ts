import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type Observable, catchError } from 'rxjs';
import { ErrorHeaders } from './error-headers.js';

/**
 * Keeps answers out of caches and gives errors their headers; the host's filters write the bodies. For routes
 * of an application's own that throw this module's errors: `@UseInterceptors(AuthHeadersInterceptor)`. The module's
 * own do without: what Nest builds for an interceptor takes a tenth of a refresh.
 */
@Injectable()
export class AuthHeadersInterceptor implements NestInterceptor {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly errorHeaders: ErrorHeaders,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const response: unknown = context.switchToHttp().getResponse();
    this.adapterHost.httpAdapter.setHeader(response, 'Cache-Control', 'no-store');
    const addHeaders = (error: unknown): never => {
      this.errorHeaders.set(response, error);
      throw error;
    };
    return next.handle().pipe(catchError(addHeaders));
  }
}
