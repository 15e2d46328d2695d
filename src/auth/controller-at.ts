import { Controller, type Type, VERSION_NEUTRAL } from '@nestjs/common';

/**
 * A controller under a prefix. Free of versions, so that a host's URI versioning leaves the routes where
 * clients look for them.
 */
export function controllerAt(path: string, routes: Type<object>): Type<object> {
  @Controller({ path, version: VERSION_NEUTRAL })
  class ControllerAtPrefix extends routes {}
  return ControllerAtPrefix;
}
