import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import passport from 'passport';
import { AUTH_CONFIG, type AuthConfig, AuthOptionsError } from '../auth.options.js';
import { JwtStrategy } from './jwt.strategy.js';
import { RefreshTokenStrategy } from './refresh-token.strategy.js';

interface NamedStrategy {
  readonly option: string;
  readonly name: string;
  readonly strategy: JwtStrategy | RefreshTokenStrategy;
}

/**
 * Gives the strategies the names under which hosts find them. Passport keeps all names of a process in one place and
 * would let the last one have them; nobody's strategy is taken away here.
 */
@Injectable()
export class StrategyNames implements OnModuleInit, OnModuleDestroy {
  private readonly named: readonly NamedStrategy[];

  constructor(
    @Inject(AUTH_CONFIG) { strategy, refreshStrategy }: AuthConfig,
    access: JwtStrategy,
    refresh: RefreshTokenStrategy,
  ) {
    this.named = [
      { option: 'strategy', name: strategy, strategy: access },
      { option: 'refreshStrategy', name: refreshStrategy, strategy: refresh },
    ];
  }

  /**
   * An application that is made once more in one process, as tests do, takes over the names of the one before.
   *
   * @throws AuthOptionsError when somebody else has one of them
   */
  onModuleInit(): void {
    const taken = this.named.find(({ name, strategy }) => {
      const present = strategyNamed(name);
      return present !== undefined && !strategy.isTwinOf(present);
    });
    if (taken !== undefined) {
      throw new AuthOptionsError(
        `AuthModule: option ${taken.option} takes another name: Passport has a strategy "${taken.name}" already`,
      );
    }
    for (const { name, strategy } of this.named) passport.use(name, strategy);
  }

  onModuleDestroy(): void {
    for (const { name, strategy } of this.named) {
      if (strategyNamed(name) === strategy) passport.unuse(name);
    }
  }
}

function strategyNamed(name: string): object | undefined {
  // oxlint-disable-next-line no-underscore-dangle -- Passport has no other way to ask
  return passport._strategy(name);
}
