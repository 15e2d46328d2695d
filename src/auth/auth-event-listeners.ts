import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { Subscription } from 'rxjs';
import { type AuthEvent, AuthEvents } from '../events.js';
import { OnAuthEvent } from './auth.decorators.js';

/** Calls the methods marked with `@OnAuthEvent`. */
@Injectable()
export class AuthEventListeners implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('AuthModule');
  private readonly subscriptions = new Subscription();

  constructor(
    private readonly events: AuthEvents,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onApplicationBootstrap(): void {
    for (const wrapper of [...this.discovery.getProviders(), ...this.discovery.getControllers()]) {
      const instance: unknown = wrapper.instance;
      if (!wrapper.isDependencyTreeStatic() || typeof instance !== 'object' || instance === null)
        continue;
      for (const name of this.scanner.getAllMethodNames(Object.getPrototypeOf(instance))) {
        const type = this.discovery.getMetadataByDecorator(OnAuthEvent, wrapper, name);
        if (type === undefined) continue;
        this.subscriptions.add(
          this.events.on(type).subscribe((event) => void this.call(instance, name, event)),
        );
      }
    }
  }

  onModuleDestroy(): void {
    this.subscriptions.unsubscribe();
  }

  private async call(instance: object, name: string, event: AuthEvent): Promise<void> {
    try {
      await Reflect.get(instance, name).call(instance, event);
    } catch (error) {
      this.logger.error(
        `A listener of ${event.type} failed`,
        error instanceof Error ? error.stack : error,
      );
    }
  }
}
