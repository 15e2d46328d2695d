import { Inject, Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import type { UserId } from '../storable-text.js';
import type { AuthUser, Credentials, UserStore } from '../users/user-store.js';
import {
  AUTH_CONFIG,
  type AuthConfig,
  type AuthModuleOptions,
  AuthOptionsError,
  isUserStore,
} from './auth.options.js';

/**
 * Users whose service was given as a class. It is looked up when it is first needed, once everything is made, so
 * that it may itself inject `AuthService`.
 */
export class InjectedUsers implements UserStore {
  private found: UserStore | undefined;

  constructor(
    private readonly service: Type<UserStore>,
    private readonly module: ModuleRef,
  ) {}

  async authenticate(credentials: Credentials): Promise<AuthUser | null> {
    return this.find().authenticate(credentials);
  }

  async isCurrent(user: AuthUser): Promise<boolean> {
    return (await this.find().isCurrent?.(user)) ?? true;
  }

  parseId(text: string): UserId {
    return this.find().parseId?.(text) ?? text;
  }

  async findById(id: UserId): Promise<AuthUser | null> {
    return this.find().findById(id);
  }

  /** @throws AuthOptionsError when no module provides the class, or not one instance of it for all requests */
  find(): UserStore {
    this.found ??= this.lookUp();
    return this.found;
  }

  private lookUp(): UserStore {
    const { name } = this.service;
    const found = this.provided();
    if (found === undefined) {
      throw new AuthOptionsError(
        `AuthModule: option users takes a class that a module provides, in the default scope: add ${name} to the ` +
          'providers of a module that the application imports',
      );
    }
    if (isUserStore(found)) return found;
    throw new AuthOptionsError(
      `AuthModule: option users takes a class with the methods authenticate and findById: ${name} lacks one`,
    );
  }

  private provided(): unknown {
    try {
      return this.module.get<unknown>(this.service, { strict: false });
    } catch {
      return undefined;
    }
  }
}

/** The users of the options, whichever way they were given. */
export function usersOf({ users }: AuthModuleOptions, module: ModuleRef): UserStore {
  return typeof users === 'function' ? new InjectedUsers(users, module) : users;
}

/** Looks for them at the start, not at the first login. */
@Injectable()
export class InjectedUsersCheck implements OnModuleInit {
  constructor(@Inject(AUTH_CONFIG) private readonly config: AuthConfig) {}

  /** @throws AuthOptionsError when they are not there */
  onModuleInit(): void {
    if (this.config.users instanceof InjectedUsers) this.config.users.find();
  }
}
