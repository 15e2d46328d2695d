import { type ExecutionContext, Header, SetMetadata, applyDecorators } from '@nestjs/common';

/** The metadata of this module's controllers: for a `Reflector` that asks of a context's class. */
export const AUTH_ROUTE = 'nestjs-baton:auth-route';

/** What the `CacheInterceptor` of `@nestjs/cache-manager` asks a controller for (`CACHE_TTL_METADATA`). */
const CACHE_TTL = 'cache_module:cache_ttl';

/**
 * Whether a request is for one of this module's routes, whose answers have the contract's form: an interceptor
 * that wraps answers, or keeps them, leaves these alone.
 *
 * @example `if (isAuthRoute(context)) return next.handle();`
 */
export function isAuthRoute(context: ExecutionContext): boolean {
  return Reflect.getMetadata(AUTH_ROUTE, context.getClass()) === true;
}

/** Marks a controller of this module. */
export const AuthRoute = (): ClassDecorator => SetMetadata(AUTH_ROUTE, true);

/** Marks a controller of this module whose answers are for the one who asked, and no cache on the way keeps. */
export const PersonalAuthRoute = (): ClassDecorator =>
  applyDecorators(AuthRoute(), SetMetadata(CACHE_TTL, keepNothing), withoutStore);

function withoutStore(controller: { readonly prototype: object }): void {
  const { constructor: _constructor, ...methods } = Object.getOwnPropertyDescriptors(
    controller.prototype,
  );
  for (const [name, method] of Object.entries(methods)) {
    if (typeof method.value === 'function')
      Header('Cache-Control', 'no-store')(controller.prototype, name, method);
  }
}

/**
 * A `CacheInterceptor` before every route would give one user's `me` to the next, for it goes by the URL and
 * reads no `Cache-Control`. One that fails to learn for how long to keep an answer does not keep it.
 */
function keepNothing(): never {
  throw new Error('What an auth route answers is for one user, and is not kept');
}
