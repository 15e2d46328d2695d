/** The class of a controller, as far as its routes can be described from outside. */
type ControllerClass = abstract new (...dependencies: never[]) => object;

/** Describes one route of a controller that knows nothing of OpenAPI itself. */
export function describeRoute(
  controller: ControllerClass,
  method: string,
  ...decorators: MethodDecorator[]
): void {
  const descriptor = Object.getOwnPropertyDescriptor(controller.prototype, method);
  if (descriptor === undefined) throw new TypeError(`${controller.name} has no route ${method}`);
  for (const decorate of decorators) decorate(controller.prototype, method, descriptor);
}
