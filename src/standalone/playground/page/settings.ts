/** What the server told the page of itself. */
export interface Settings {
  readonly routePrefix: string;
  readonly graceMs: number;
  readonly registration: boolean;
  /** Whether the server hands out refresh tokens as cookies. */
  readonly cookies: boolean;
}

export function readSettings(): Settings {
  const {
    routePrefix = '',
    graceSeconds,
    registration,
    cookies,
  } = document.documentElement.dataset;
  return {
    routePrefix,
    graceMs: Number(graceSeconds) * 1000,
    registration: registration === 'on',
    cookies: cookies === 'on',
  };
}

/** What this device may be called: `Chrome on Android`. */
export function deviceName(): string {
  const { userAgent } = navigator;
  const named = (names: readonly string[]) => names.find((name) => userAgent.includes(name));
  const browser = named(['Firefox', 'Edg', 'Chrome', 'Safari'])?.replace('Edg', 'Edge');
  const system = named(['Android', 'iPhone', 'iPad', 'Windows', 'Mac', 'Linux']);
  return [browser ?? 'Browser', system].filter(Boolean).join(' on ');
}
