import type { CanActivate } from '@nestjs/common';

/** A guard that only says yes: what having one costs anyway. */
export class YesGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}
