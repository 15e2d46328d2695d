import { AUTH_OPTIONS, AuthOptionsError } from './auth.options.js';
import { AuthService } from './auth.service.js';
import { dependenciesOf, tokenOf } from './dependencies.js';
import type { ModulesContainer } from '@nestjs/core';

type Module = ModulesContainer extends Map<string, infer Each> ? Each : never;
type Provider = Module['providers'] extends Map<unknown, infer Each> ? Each : never;

/**
 * Nest waits for ever when a factory asks for something that asks for what the factory makes, and a process in
 * which everything waits ends, with code 0 and without a word. So it is looked for before anything is made.
 *
 * @throws AuthOptionsError when the options of a module wait for something that waits for the module
 */
export function assertNoCircle(modules: Iterable<Module>): void {
  for (const module of modules) {
    const options = module.providers.get(AUTH_OPTIONS);
    if (options === undefined || !module.providers.has(AuthService)) continue;
    const path = pathBack(options, options, new Set());
    if (path.length > 0) throw new AuthOptionsError(sentence(path.map(nameOf)));
  }
}

function sentence(path: readonly string[]): string {
  const [waiting = ''] = path;
  return (
    `AuthModule: its options wait for ${[...path, 'the options'].join(', which waits for ')}. ` +
    `Take ${waiting} out of inject, and give the class in place of the object: users: ${waiting}`
  );
}

/**
 * The tokens from a provider to the options, along what each asks for; which of the module's own parts ask for them
 * in the end is nobody's business.
 */
function pathBack(provider: Provider, options: Provider, seen: Set<Provider>): readonly unknown[] {
  seen.add(provider);
  for (const token of askedBy(provider)) {
    const found = provider.host === undefined ? undefined : find(token, provider.host, new Set());
    if (found === options) return [token];
    if (found === undefined || seen.has(found)) continue;
    const path = pathBack(found, options, seen);
    if (path.length > 0) return found.host === options.host ? [token] : [token, ...path];
  }
  return [];
}

/** What `inject` lists, or what the constructor and the properties ask for. */
function askedBy({ inject, metatype }: Provider): readonly unknown[] {
  if (Array.isArray(inject)) return inject.map(tokenOf);
  return typeof metatype === 'function' ? dependenciesOf(metatype) : [];
}

/** The provider that a module gets for a token: its own, or one that a module exports which it imports. */
function find(token: unknown, module: Module, seen: Set<Module>): Provider | undefined {
  if (seen.has(module)) return undefined;
  seen.add(module);
  const own = [...module.providers].find(([each]) => each === token)?.[1];
  if (own !== undefined) return own;
  for (const imported of module.imports) {
    if (![...imported.exports].some((each) => each === token || isModule(each))) continue;
    const found = find(token, imported, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a module exports may be another module, with all that it exports. */
function isModule(exported: unknown): boolean {
  return typeof exported === 'function' && Reflect.hasMetadata('imports', exported);
}

function nameOf(token: unknown): string {
  return typeof token === 'function' ? token.name : String(token);
}
