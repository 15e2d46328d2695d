import type { ExecutionContext } from '@nestjs/common';
import {
  GUARDS_METADATA,
  PARAMTYPES_METADATA,
  PROPERTY_DEPS_METADATA,
  SELF_DECLARED_DEPS_METADATA,
} from '@nestjs/common/constants.js';
import { IS_PUBLIC } from './auth.decorators.js';

/** What `@Public()` says to the guard that stands before every route, and to one that another guard asks. */
interface Openness {
  readonly toAll: boolean;
  readonly within: boolean;
}

/**
 * Which routes `@Public()` opens. A guard that was placed by hand guards, but for what is marked more closely than it
 * is placed: on a class, it leaves out the routes that are `@Public()` themselves. The same is true of one that
 * another guard, placed by hand, is made with and asks. One that stands before every route leaves out every route
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
    const isMadeWith = (placed: unknown) =>
      this.isGuard(placed) || partsOf(placed).some(this.isGuard);
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

/** What a guard is made with: the properties of one that was made, what Nest will give to a class. */
function partsOf(placed: unknown): unknown[] {
  if (typeof placed === 'object' && placed !== null) return Object.values(placed);
  if (typeof placed !== 'function') return [];
  const named = [SELF_DECLARED_DEPS_METADATA, PROPERTY_DEPS_METADATA].flatMap((key) =>
    listIn(Reflect.getMetadata(key, placed)).flatMap(partsOf),
  );
  return [...listIn(Reflect.getMetadata(PARAMTYPES_METADATA, placed)), ...named];
}

const listIn = (metadata: unknown): unknown[] => (Array.isArray(metadata) ? metadata : []);
