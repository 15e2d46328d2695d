import type { BatonLock, BatonStorage } from '../../src/client/index.js';
import type { Life, World } from './world.js';

/** One place where a session is kept, and the lock beside it, as the processes of one device share them. */
export class Device {
  value: string | null = null;
  /** How often reads and writes fail, from 0 to 1. */
  failing = 0;
  /** A pair that was not written down may be lost, and the token before it comes back: the server is to take alarm. */
  hasFailed = false;
  private readonly watchers = new Map<() => void, Life>();
  private holder: Life | undefined;
  private queue: { readonly life: Life; readonly enter: () => void }[] = [];

  /** @param hasLock whether its processes share a lock, as not all browsers let them */
  constructor(
    private readonly world: World,
    readonly transport: 'body' | 'cookie',
    private readonly hasLock: boolean,
  ) {}

  storageFor(life: Life): BatonStorage {
    return {
      read: () => this.ask(life, 'read', () => this.value),
      write: (value) => this.change(life, 'write', value),
      remove: () => this.change(life, 'remove', null),
      watch: (listener) => {
        this.watchers.set(listener, life);
        return () => this.watchers.delete(listener);
      },
      transport: this.transport,
      ...(this.hasLock && { lock: this.lockFor(life) }),
    };
  }

  /** A process died: the operating system frees what it held. */
  forget(life: Life): void {
    for (const [listener, watcher] of this.watchers) {
      if (watcher === life) this.watchers.delete(listener);
    }
    this.queue = this.queue.filter((one) => one.life !== life);
    if (this.holder === life) this.free();
  }

  private change(life: Life, verb: string, value: string | null): void | Promise<void> {
    return this.ask(life, verb, () => {
      this.value = value;
      for (const [listener, watcher] of this.watchers) {
        if (watcher !== life) watcher.deliver(listener);
      }
    });
  }

  private ask<Result>(life: Life, verb: string, make: () => Result): Result | Promise<Result> {
    const attempt = () => {
      if (!this.world.random.chance(this.failing)) return make();
      this.hasFailed ||= verb !== 'read';
      this.world.log(`${life.name}: the storage refuses to ${verb}`);
      throw new Error('The storage failed');
    };
    // What is kept beside a cookie is in web storage, which answers at once.
    return this.transport === 'cookie'
      ? attempt()
      : life.later(this.world.random.between(0, 3), attempt);
  }

  private lockFor(life: Life): BatonLock {
    return {
      run: async (task, signal) => {
        await this.acquire(life, signal);
        return task().finally(() => this.free());
      },
    };
  }

  private acquire(life: Life, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting = { life, enter: () => life.deliver(resolve) };
      this.queue.push(waiting);
      signal.addEventListener('abort', () => {
        if (!this.queue.includes(waiting)) return;
        this.queue = this.queue.filter((one) => one !== waiting);
        reject(new Error('Aborted'));
      });
      if (!this.holder) this.free();
    });
  }

  /** Lets the next one in. */
  private free(): void {
    const next = this.queue.shift();
    this.holder = next?.life;
    next?.enter();
  }
}
