import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Logger,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ErrorHeaders } from '../auth/error-headers.js';
import { OAuthError } from '../auth/oauth/oauth-error.js';
import { AuthError } from '../errors.js';
import { MAX_BODY_BYTES } from './json-body.js';

/** Gives every error the contract's shape, whoever threw it; only ours say more than their status. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Server');

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly errorHeaders: ErrorHeaders,
  ) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const error = toAuthError(exception);
    if (error.getStatus() >= 500) this.log(error, exception);
    const response: unknown = host.switchToHttp().getResponse();
    this.errorHeaders.set(response, error);
    this.adapterHost.httpAdapter.reply(response, error.getResponse(), error.getStatus());
  }

  /** The stack tells where. What failed of the database has been told already, without the values in it. */
  private log(error: Error, exception: unknown): void {
    if (exception instanceof AuthError || !(exception instanceof Error)) {
      this.logger.error(error.message);
    } else {
      this.logger.error(`${error.message}: ${exception.message}`, exception.stack);
    }
  }
}

/** What an exception is to the outside. */
export function toAuthError(exception: unknown): AuthError | OAuthError {
  if (exception instanceof AuthError || exception instanceof OAuthError) return exception;
  const status = statusOf(exception);
  if (status === 404) return new AuthError('not_found', 'There is no such route');
  if (status === 413) {
    return new AuthError('payload_too_large', `The body takes at most ${MAX_BODY_BYTES} bytes`);
  }
  if (status < 500) return new AuthError('invalid_request', 'The request is malformed');
  return new AuthError('server_error', 'The server failed to answer');
}

function statusOf(exception: unknown): number {
  if (exception instanceof HttpException) return exception.getStatus();
  const carriesStatus = exception instanceof Error && 'statusCode' in exception;
  return carriesStatus ? Number(exception.statusCode) : 500;
}
