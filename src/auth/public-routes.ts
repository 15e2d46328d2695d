import type { ExecutionContext } from '@nestjs/common';
import { GUARDS_METADATA } from '@nestjs/common/constants.js';
import { IS_PUBLIC } from './auth.decorators.js';

/**
 * Which routes `@Public()` opens. A guard that was placed by hand guards, but for what is marked more closely than it
 * is placed: on a class, it leaves out the routes that are `@Public()` themselves. One that stands before every
 * route leaves out every route that is `@Public()`, by itself or by its class.
 */
export class PublicRoutes {
  /** By controller and handler: what decorators say does not change, and asking costs as much as a known token. */
  private readonly known = new WeakMap<object, WeakMap<object, boolean>>();

  /** @param isGuard whether what was given to `@UseGuards()` is the guard */
  constructor(private readonly isGuard: (placed: unknown) => boolean) {}

  has(context: ExecutionContext): boolean {
    const [handler, controller] = [context.getHandler(), context.getClass()];
    const ofController = this.known.get(controller) ?? new WeakMap<object, boolean>();
    const known = ofController.get(handler);
    if (known !== undefined) return known;
    const isPublic = this.isPublic(handler, controller);
    this.known.set(controller, ofController.set(handler, isPublic));
    return isPublic;
  }

  private isPublic(handler: object, controller: object): boolean {
    if (this.isPlacedOn(handler)) return false;
    if (isMarked(handler)) return true;
    return !this.isPlacedOn(controller) && isMarked(controller);
  }

  private isPlacedOn(target: object): boolean {
    const guards: unknown = Reflect.getMetadata(GUARDS_METADATA, target);
    return Array.isArray(guards) && guards.some(this.isGuard);
  }
}

function isMarked(target: object): boolean {
  return Reflect.getMetadata(IS_PUBLIC, target) === true;
}
