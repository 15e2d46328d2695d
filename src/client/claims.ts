/** The session that an access token says it is of; undefined where it does not say. */
export function sessionIdIn(token = ''): string | undefined {
  try {
    const base64 = token.split('.')[1]?.replace(/-/g, '+').replace(/_/g, '/') ?? '';
    return /"sid":"(.+?)"/.exec(atob(base64))?.[1];
  } catch {
    return undefined;
  }
}
