import { Injectable, type OnModuleInit, Scope } from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { AuthOptionsError } from './auth.options.js';
import { AuthService } from './auth.service.js';
import { assertNoCircle } from './options-circle.js';

/** One provider in Nest's container. */
type Provider = Parameters<ReturnType<typeof providersOf>['set']>[1];

/**
 * Looks, at the start, whether the module can live where it was put. It asks for nothing but Nest's container: were
 * it request-scoped with the rest, nobody would call it.
 */
@Injectable()
export class PlacementCheck implements OnModuleInit {
  private readonly modules: ModulesContainer;

  /**
   * By way of the `ModuleRef`, which Nest has at once, so that this comes before its own word on circles, which
   * does not say what to write.
   *
   * @throws AuthOptionsError when the options wait for the module, before everything waits
   */
  constructor(module: ModuleRef) {
    this.modules = module.get(ModulesContainer, { strict: false });
    assertNoCircle(this.modules.values());
  }

  /** @throws AuthOptionsError when the module depends on something request-scoped */
  onModuleInit(): void {
    for (const module of this.modules.values()) {
      const service = providersOf(module).get(AuthService);
      if (service !== undefined) assertNotRequestScoped(service);
    }
  }
}

type ModuleOfContainer = ModulesContainer extends Map<string, infer Module> ? Module : never;

function providersOf({ providers }: ModuleOfContainer) {
  return providers;
}

/**
 * What is request-scoped makes everything that depends on it so: each request would have tokens seen in use and a
 * revocation list of its own, no hook would be called, and on some versions of Nest a global guard of that
 * kind lets everybody in. A durable provider is one of them, only shared by a tenant's requests.
 */
function assertNotRequestScoped(service: Provider): void {
  if (service.isDependencyTreeStatic()) return;
  const path = pathToRequestScope(service, new Set());
  const foreign = path.filter(({ host }) => host !== service.host);
  const names = (foreign.length > 0 ? foreign : path.slice(-1)).map(({ name }) => nameOf(name));
  throw new AuthOptionsError(
    `AuthModule: its options depend on a request-scoped provider (${names.join(', which depends on ')}), ` +
      'and it cannot be request-scoped, durable or not. Give it a provider of the default scope that finds ' +
      'what belongs to the request when it is called: by ModuleRef.resolve(), or from AsyncLocalStorage',
  );
}

/** From a provider to the one that was declared request-scoped, along what each depends on. */
function pathToRequestScope(provider: Provider, seen: Set<Provider>): readonly Provider[] {
  if (provider.scope === Scope.REQUEST) return [provider];
  if (seen.has(provider)) return [];
  seen.add(provider);
  const dependencies = [
    ...(provider.getCtorMetadata() ?? []),
    ...(provider.getPropertiesMetadata() ?? []).map(({ wrapper }) => wrapper),
  ];
  for (const dependency of dependencies) {
    const path = pathToRequestScope(dependency, seen);
    if (path.length > 0) return [provider, ...path];
  }
  return [];
}

function nameOf(name: unknown): string {
  return typeof name === 'symbol' ? String(name.description) : String(name);
}
