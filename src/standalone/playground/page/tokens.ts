/** A token with its claims; nobody but the server can check them. */
export interface Token {
  readonly text: string;
  readonly generation: number;
  readonly sessionId: string;
  /** By the server's clock, Unix seconds. */
  readonly issuedAt: number;
  readonly endsAt: number;
}

/** The two that were handed out together. */
export interface TokenPair {
  readonly access: Token;
  /** Null where it is in a cookie. */
  readonly refresh: Token | null;
}

/** Three parts of Base64url: every token has this shape, wherever it lies. */
const TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]+/g;

/** Looks for tokens by their shape in whatever text there is, as a thief would. */
export function tokensIn(text: string): TokenPair | null {
  const found = text.match(TOKEN) ?? [];
  const access = found.find((token) => part(token, 0)['typ'] === 'at+jwt');
  const refresh = found.find((token) => part(token, 0)['typ'] === 'rt+jwt');
  if (access === undefined || refresh === undefined) return null;
  return { access: read(access), refresh: read(refresh) };
}

/** What a token says of itself. */
export function read(text: string): Token {
  const claims = part(text, 1);
  return {
    text,
    generation: Number(claims['gen']),
    sessionId: String(claims['sid']),
    issuedAt: Number(claims['iat']),
    endsAt: Number(claims['exp']),
  };
}

/** The header (0) or the claims (1) of a token; empty when they cannot be read. */
function part(token: string, index: 0 | 1): Readonly<Record<string, unknown>> {
  const base64 = token.split('.')[index]?.replaceAll('-', '+').replaceAll('_', '/') ?? '';
  try {
    return Object(JSON.parse(atob(base64)));
  } catch {
    return {};
  }
}
