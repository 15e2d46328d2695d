/** What TypeScript makes of `@Decorator()` above a class, a method or a parameter, for plain JavaScript. */
export function decorateClass(target, parameterTypes, ...decorators) {
  Reflect.defineMetadata('design:paramtypes', parameterTypes, target);
  for (const decorator of decorators.reverse()) decorator(target);
}

export function decorateMethod(target, name, ...decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(target.prototype, name);
  for (const decorator of decorators.reverse()) decorator(target.prototype, name, descriptor);
}

export function decorateParameters(target, name, ...decorators) {
  decorators.forEach((decorator, index) => decorator(target.prototype, name, index));
}
