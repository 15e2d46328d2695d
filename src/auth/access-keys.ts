import { Inject, Injectable } from '@nestjs/common';
import { AUTH_CONFIG, type AuthConfig, optionError } from './auth.options.js';
import { type OneOrMore, changeAccessKeys } from './key-options.js';

/** The keys of access tokens, for an application that changes them while it runs: from a folder, or a vault. */
@Injectable()
export class AccessKeys {
  constructor(@Inject(AUTH_CONFIG) private readonly config: AuthConfig) {}

  /**
   * From now on these sign and verify. A token of a key that is not among them is `invalid_token` at once; a new key
   * has to be among them at every instance, and then for five minutes more, before it is the first.
   *
   * @param keys as the option `accessPrivateKey` takes them: the first signs, all verify
   * @throws AuthOptionsError when one of them cannot be used, or access tokens are signed with a secret; the keys are
   *   then those of before
   */
  change(keys: OneOrMore): void {
    const { accessKeys, rsaAlgorithm } = this.config;
    if (accessKeys.current.verifyWith.type === 'secret') {
      throw optionError('accessPrivateKey', 'is missing: access tokens are signed with a secret');
    }
    changeAccessKeys(accessKeys, keys, rsaAlgorithm, optionError);
  }
}
