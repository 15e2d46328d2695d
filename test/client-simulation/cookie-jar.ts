import type { World } from './world.js';

/** A browser's cookies: one for each server, which all tabs share and no script can read. */
export class CookieJar {
  private readonly cookies = new Map<string, string>();

  /** @param isLate whether it takes the cookie of an answer whose page has given up, or is gone */
  constructor(
    private readonly world: World,
    readonly isLate: boolean,
  ) {}

  /** As it is sent; nothing when there is none. */
  cookieFor(server: string): string | undefined {
    return this.cookies.get(server);
  }

  take(server: string, answer: Response): void {
    const [set] = answer.headers.getSetCookie();
    if (set === undefined) return;
    const [cookie = ''] = set.split(';', 1);
    const isNone = cookie.endsWith('=');
    this.world.log(`    the browser ${isNone ? 'drops' : 'takes'} the cookie`);
    if (isNone) this.cookies.delete(server);
    else this.cookies.set(server, cookie);
  }
}
