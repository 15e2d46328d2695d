/** The token under which the extra `routePrefix` arrives: where the module's routes stand, without slashes at the ends. */
export const ROUTE_PREFIX = Symbol('nestjs-baton route prefix');
