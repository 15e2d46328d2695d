import { type Span, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { AuthService } from '../auth/auth.service.js';
import { AuthError } from '../errors.js';
import type { SessionRefreshedEvent } from '../events.js';

const HOW = 'baton.refresh.how';

/**
 * Puts a span around what logs in and refreshes. The methods of this one instance are replaced, so that the class
 * itself has nothing that asks whether it is traced.
 */
export function traceCalls(auth: AuthService, tracer: Tracer): void {
  auth.login = traced(tracer, 'baton.login', auth.login.bind(auth));
  auth.openSession = traced(tracer, 'baton.open_session', auth.openSession.bind(auth));
  auth.refreshVerified = traced(tracer, 'baton.refresh', auth.refreshVerified.bind(auth));
}

/** Says on the span of a refresh what came of it. Events are told within the call that they tell of. */
export function noteRefresh({ how }: SessionRefreshedEvent): void {
  trace.getActiveSpan()?.setAttribute(HOW, how);
}

function traced<Given extends unknown[], Answer>(
  tracer: Tracer,
  name: string,
  call: (...given: Given) => Promise<Answer>,
): (...given: Given) => Promise<Answer> {
  return (...given) =>
    tracer.startActiveSpan(name, async (span) => {
      try {
        return await call(...given);
      } catch (error) {
        noteError(span, error);
        throw error;
      } finally {
        span.end();
      }
    });
}

/** Its code or its class, and nothing of its message: a database's has values in it. What was refused is no fault. */
function noteError(span: Span, error: unknown): void {
  const isRefusal = error instanceof AuthError && error.getStatus() < 500;
  span.setAttribute('error.type', typeOf(error));
  if (!isRefusal) span.setStatus({ code: SpanStatusCode.ERROR });
}

function typeOf(error: unknown): string {
  if (error instanceof AuthError) return error.code;
  return error instanceof Error ? error.constructor.name : typeof error;
}
