import {
  type CustomDecorator,
  type ExecutionContext,
  type PipeTransform,
  SetMetadata,
  type Type,
  createParamDecorator,
} from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { AuthEventType } from '../events.js';
import type { HttpRequest } from './http-request.js';

/** The name that Nest's own documentation uses, so that a host's global guard knows our public routes. */
export const IS_PUBLIC = 'isPublic';

/**
 * Lets everybody in where `GlobalJwtAuthGuard` stands before every route. A guard that was placed by hand, on a
 * route or its class, guards nevertheless.
 */
export const Public = (): CustomDecorator => SetMetadata(IS_PUBLIC, true);

/**
 * Whom the guard of the route let in: an `AuthenticatedUser` after `JwtAuthGuard`, a
 * `PresentedRefreshToken` after `RefreshTokenGuard`; `undefined` on a public route.
 */
export const CurrentUser: (
  ...pipes: (PipeTransform | Type<PipeTransform>)[]
) => ParameterDecorator = createParamDecorator((_data: undefined, context: ExecutionContext) => {
  return context.switchToHttp().getRequest<HttpRequest>().user;
});

/**
 * Marks a method of a provider or controller that is to be called with each event of one type.
 * What it throws is logged and disturbs nobody.
 *
 * @example `@OnAuthEvent('token.reused') warn(event: TokenReusedEvent) { … }`
 */
export const OnAuthEvent = DiscoveryService.createDecorator<AuthEventType>();
