import type { ExecutionContext } from '@nestjs/common';
import { GUARDS_METADATA } from '@nestjs/common/constants.js';
import { IS_PUBLIC } from './auth.decorators.js';
import { dependenciesOf } from './dependencies.js';

/** What `@Public()` says to the guard that stands before every route, and to one that another guard asks. */
interface Openness {
  readonly toAll: boolean;
  readonly within: boolean;
}

/**
 * Which routes `@Public()` opens. A guard that was placed by hand guards, but for what is marked more closely than it
 * is placed: on a class, it leaves out the routes that are `@Public()` themselves. The same is true of one that
 * another guard, placed by hand, asks: one that it is made with, or the services that it is made with. One that stands before every route leaves out every route
 * that is `@Public()`, by itself or by its class.
 */
export class PublicRoutes {
  /** By controller and handler: what decorators say does not change, and asking costs as much as a known token. */
  private readonly known = new WeakMap<object, WeakMap<object, Openness>>();
  /** What the guard before every route was asked about: whoever asks again for the same is another. */
  private readonly asked = new WeakSet<ExecutionContext>();

  /**
   * @param isGuard whether what was given to `@UseGuards()`, or to a guard, is the guard
   * @param standsBeforeAll whether the guard is asked for every route, and then first
   */
  constructor(
    private readonly isGuard: (placed: unknown) => boolean,
    private readonly standsBeforeAll: () => boolean,
  ) {}

  has(context: ExecutionContext): boolean {
    const { toAll, within } = this.opennessOf(context.getHandler(), context.getClass());
    if (toAll === within || !this.standsBeforeAll()) return within;
    if (this.asked.has(context)) return within;
    this.asked.add(context);
    return toAll;
  }

  private opennessOf(handler: object, controller: object): Openness {
    const ofController = this.known.get(controller) ?? new WeakMap<object, Openness>();
    const known = ofController.get(handler);
    if (known !== undefined) return known;
    const isMadeWith = (placed: unknown) => reaches(placed, this.isGuard, new Set());
    const openness = {
      toAll: isPublic(handler, controller, this.isGuard),
      within: isPublic(handler, controller, isMadeWith),
    };
    this.known.set(controller, ofController.set(handler, openness));
    return openness;
  }
}

function isPublic(handler: object, controller: object, isGuard: (placed: unknown) => boolean) {
  const isPlacedOn = (target: object): boolean =>
    listIn(Reflect.getMetadata(GUARDS_METADATA, target)).some(isGuard);
  if (isPlacedOn(handler)) return false;
  if (isMarked(handler)) return true;
  return !isPlacedOn(controller) && isMarked(controller);
}

function isMarked(target: object): boolean {
  return Reflect.getMetadata(IS_PUBLIC, target) === true;
}

/** Whether what was placed is the guard, is made with it, or with something that is. */
function reaches(
  placed: unknown,
  isGuard: (part: unknown) => boolean,
  seen: Set<unknown>,
): boolean {
  if (isGuard(placed)) return true;
  if (seen.has(placed)) return false;
  seen.add(placed);
  return partsOf(placed).some((part) => reaches(part, isGuard, seen));
}

/** What a guard is made with: the properties of one that was made, what Nest will give to a class. */
function partsOf(placed: unknown): readonly unknown[] {
  if (typeof placed === 'function') return dependenciesOf(placed);
  return typeof placed === 'object' && placed !== null ? Object.values(placed).map(classOf) : [];
}

const classOf = (part: unknown): unknown =>
  typeof part === 'object' && part !== null ? part.constructor : part;

const listIn = (metadata: unknown): unknown[] => (Array.isArray(metadata) ? metadata : []);
