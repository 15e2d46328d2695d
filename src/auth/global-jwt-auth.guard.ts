import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { IS_PUBLIC } from './auth.decorators.js';
import { JwtAuthGuard } from './jwt-auth.guard.js';

/**
 * `JwtAuthGuard` before every route but those that are `@Public()`: what `globalGuard` puts there, and what an
 * application puts there that brings its global guards in an order of its own.
 *
 * It alone asks for `@Public()`. A `JwtAuthGuard` that somebody has placed by hand guards, whatever the class
 * around it says.
 */
@Injectable()
export class GlobalJwtAuthGuard implements CanActivate {
  /** By controller and handler. */
  private readonly publicRoutes = new WeakMap<object, WeakMap<object, boolean>>();

  constructor(
    private readonly guard: JwtAuthGuard,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    return this.isPublic(context) || this.guard.canActivate(context);
  }

  /** What decorators say does not change, and asking them costs as much as finding a known token. */
  private isPublic(context: ExecutionContext): boolean {
    const [handler, controller] = [context.getHandler(), context.getClass()];
    const route = this.publicRoutes.get(controller) ?? new WeakMap<object, boolean>();
    const known = route.get(handler);
    if (known !== undefined) return known;
    const targets = [handler, controller];
    const isPublic =
      this.reflector.getAllAndOverride<boolean | undefined>(IS_PUBLIC, targets) === true;
    this.publicRoutes.set(controller, route.set(handler, isPublic));
    return isPublic;
  }
}
