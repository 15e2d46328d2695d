import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { AccessKeys } from '../auth/access-keys.js';
import { repeatEvery } from '../clock.js';
import { ENVIRONMENT, type Environment } from './environment/environment.js';
import type { KeyFiles } from './environment/key-files.js';

/**
 * How often folders of keys are looked at. No news of the operating system is waited for: it has none of network file
 * systems, and tells of a link that is swapped and of a file that is overwritten in ways of its own.
 */
const LOOK_EVERY_MS = 5_000;

/** Takes keys that appear in their folders, and lets go of those that disappear. */
@Injectable()
export class KeyWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Keys');
  private readonly files: KeyFiles | null;
  private taken: readonly string[] = [];
  private told = '';
  private stop = (): void => {};

  constructor(
    @Inject(ENVIRONMENT) { keyFiles }: Pick<Environment, 'keyFiles'>,
    private readonly keys: AccessKeys,
  ) {
    this.files = keyFiles;
  }

  onApplicationBootstrap(): void {
    if (this.files === null || !this.files.areWatched) return;
    this.look();
    this.stop = repeatEvery(
      LOOK_EVERY_MS,
      async () => this.look(),
      (error) => this.logger.error(error),
    );
  }

  onApplicationShutdown(): void {
    this.stop();
  }

  /** Where nothing is left that signs, the last keys stay. */
  look(): void {
    if (this.files === null) return;
    const { texts, signs, problems } = this.files.look();
    this.tell(
      signs === null ? [...problems, 'no private key is left: the last one stays'] : problems,
    );
    if (signs === null || isSame(texts, this.taken)) return;
    this.keys.change(texts);
    this.taken = texts;
    this.logger.log(`Access tokens are signed by ${signs}, and verified by ${texts.length} files`);
  }

  /** Once, and not every five seconds. */
  private tell(problems: readonly string[]): void {
    const told = problems.join('; ');
    if (told === this.told) return;
    this.told = told;
    if (told !== '') this.logger.error(`Keys that cannot be used are left as they were: ${told}`);
  }
}

const isSame = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((text, index) => text === others[index]);
