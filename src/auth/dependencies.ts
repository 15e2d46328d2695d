import {
  PARAMTYPES_METADATA,
  PROPERTY_DEPS_METADATA,
  SELF_DECLARED_DEPS_METADATA,
} from '@nestjs/common/constants.js';

/** The tokens of what Nest gives to a class: to its constructor, and to its properties. */
export function dependenciesOf(metatype: object): readonly unknown[] {
  const types: unknown[] = [...(Reflect.getMetadata(PARAMTYPES_METADATA, metatype) ?? [])];
  const named: { index: number; param: unknown }[] =
    Reflect.getMetadata(SELF_DECLARED_DEPS_METADATA, metatype) ?? [];
  for (const { index, param } of named) types[index] = param;
  const properties: { type: unknown }[] =
    Reflect.getMetadata(PROPERTY_DEPS_METADATA, metatype) ?? [];
  return [...types, ...properties.map(({ type }) => type)].map(tokenOf);
}

/** A dependency may be wrapped: as optional, or behind `forwardRef()`, which helps no factory. */
export function tokenOf(dependency: unknown): unknown {
  if (typeof dependency !== 'object' || dependency === null) return dependency;
  if ('forwardRef' in dependency && typeof dependency.forwardRef === 'function') {
    return tokenOf(dependency.forwardRef());
  }
  return 'token' in dependency ? tokenOf(dependency.token) : dependency;
}
