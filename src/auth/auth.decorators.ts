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
import { sessionOf } from './request-user.js';
import { admittedRequest } from './transports/transport-of.js';

/** The name that Nest's own documentation uses, so that a host's global guard knows our public routes. */
export const IS_PUBLIC = 'isPublic';

/**
 * Lets everybody in where `JwtAuthGuard` stands before every route, and on a route whose class it guards. A guard
 * that was placed on the route itself, or on a route of a public class, guards nevertheless.
 */
export const Public = (): CustomDecorator => SetMetadata(IS_PUBLIC, true);

/** Under which a route says that it knows its user where there is one. */
export const IS_OPTIONAL = Symbol('nestjs-baton optional');

/**
 * Lets requests without an access token in as well: `request.user` is then undefined. A token that is there has to
 * be a good one.
 */
export const OptionalAuth = (): CustomDecorator<symbol> => SetMetadata(IS_OPTIONAL, true);

type CurrentDecorator = (...pipes: (PipeTransform | Type<PipeTransform>)[]) => ParameterDecorator;

/**
 * Whom the guard of the route let in: after `JwtAuthGuard` an `AuthenticatedUser`, or what the options `user` and
 * `toUser` make of it; after `RefreshTokenGuard` a `PresentedRefreshToken`; `undefined` on a public route.
 */
export const CurrentUser: CurrentDecorator = createParamDecorator(
  (_data: undefined, context: ExecutionContext) => admittedRequest(context)?.user,
);

/** The `AuthenticatedUser` of the access token, whatever `request.user` is; `undefined` where there is none. */
export const CurrentSession: CurrentDecorator = createParamDecorator(
  (_data: undefined, context: ExecutionContext) => sessionOf(admittedRequest(context)),
);

/**
 * Marks a method of a provider or controller that is to be called with each event of one type.
 * What it throws is logged and disturbs nobody.
 *
 * @example `@OnAuthEvent('token.reused') warn(event: TokenReusedEvent) { … }`
 */
export const OnAuthEvent = DiscoveryService.createDecorator<AuthEventType>();
