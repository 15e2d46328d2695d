/** Follows names into what another package has made, whose types are not known here. Undefined where one is missing. */
export function reach(from: unknown, ...names: readonly string[]): unknown {
  let value = from;
  for (const name of names) {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
    value = Reflect.get(value, name);
  }
  return value;
}

/** What a method that another package may have returns; undefined where it has none. */
export function call(on: unknown, method: string, ...given: readonly unknown[]): unknown {
  const found = reach(on, method);
  return typeof found === 'function' ? Reflect.apply(found, on, given) : undefined;
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
