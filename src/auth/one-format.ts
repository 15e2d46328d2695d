import { AuthOptionsError } from './auth.options.js';

/** Where everything of this name that is loaded in a process meets, whatever loaded it. */
const LOADED = Symbol.for('nestjs-baton formats');

/** Which of the two this code was built for: only CommonJS has a `require`. */
const FORMAT = typeof require === 'undefined' ? 'ES modules' : 'CommonJS';

const loaded: Set<string> = Reflect.get(globalThis, LOADED) ?? new Set<string>();
Reflect.set(globalThis, LOADED, loaded.add(FORMAT));

/**
 * The package comes as ES modules and as CommonJS, and each has an entity, injection tokens and error classes of its
 * own: with both in one application, a guard of one would look for the service of the other.
 *
 * @throws AuthOptionsError when both were loaded
 */
export function assertOneFormat(): void {
  if (loaded.size < 2) return;
  throw new AuthOptionsError(
    'AuthModule: nestjs-baton was loaded twice, by import as ES modules and by require() as CommonJS: ' +
      'load it one way in the whole application',
  );
}
