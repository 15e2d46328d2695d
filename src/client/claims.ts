/** What an access token says. Its signature is the server's affair; here it is shown, and decides nothing. */
export type Claims = Readonly<Record<string, unknown>>;

/** @returns nothing for what is no JWT */
export function claimsOf(token = ''): Claims {
  try {
    const [, payload = ''] = token.split('.');
    const binary = atob(payload.replace(/-/g, '+').replace(/_/g, '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return Object(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return {};
  }
}

/** The session that an access token says it is of; undefined where it does not say. */
export function sessionIdIn(token?: string): string | undefined {
  const { sid } = claimsOf(token);
  return typeof sid === 'string' ? sid : undefined;
}
