import * as v from 'valibot';

/** Whether it is an object that has these methods, of its own or by its class. */
export const hasMethods = (value: unknown, ...names: readonly string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  names.every((name) => typeof Reflect.get(value, name) === 'function');

/** A schema for an object that has these methods. */
export const objectWith = <Kind>(first: string, second?: string) =>
  v.custom<Kind>(
    (value) => hasMethods(value, first, second ?? first),
    second === undefined
      ? `takes an object with the method ${first}`
      : `takes an object with the methods ${first} and ${second}`,
  );
