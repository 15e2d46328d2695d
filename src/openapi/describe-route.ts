/** The class of a controller, as far as its routes can be described from outside. */
type ControllerClass = abstract new (...dependencies: never[]) => object;

/** What every key of `@nestjs/swagger` begins with. */
const SWAGGER = 'swagger/';

/** Describes one route of a controller that knows nothing of OpenAPI itself. What was said of it before is replaced. */
export function describeRoute(
  controller: ControllerClass,
  method: string,
  ...decorators: MethodDecorator[]
): void {
  const descriptor = Object.getOwnPropertyDescriptor(controller.prototype, method);
  if (descriptor === undefined) throw new TypeError(`${controller.name} has no route ${method}`);
  const handler: object = descriptor.value;
  for (const key of Reflect.getOwnMetadataKeys(handler)) {
    if (String(key).startsWith(SWAGGER)) Reflect.deleteMetadata(key, handler);
  }
  for (const decorate of decorators) decorate(controller.prototype, method, descriptor);
}
