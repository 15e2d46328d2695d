import { unsigned } from './jwt.js';
import { isAlive, login, onEveryHost, refresh } from './vocabulary.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Changes a token; `at` says where, any number from 0. */
type Mutation = (token: string, other: string, at: number) => string;

const replaceAt = (text: string, at: number, by: string): string =>
  text.slice(0, at) + by + text.slice(at + 1);

const partsOf = (token: string): [string, string, string] => {
  const [header = '', claims = '', signature = ''] = token.split('.');
  return [header, claims, signature];
};

/** The same bytes in another spelling: the last character of a base64url text has bits that count for nothing. */
const respelled = (token: string, at: number): string => {
  const last = ALPHABET.indexOf(token.at(-1) ?? '');
  const unusedBits = (token.length - token.lastIndexOf('.') - 1) % 4 === 3 ? 2 : 4;
  const flip = 1 + (at % (2 ** unusedBits - 1));
  return replaceAt(token, token.length - 1, ALPHABET[last ^ flip] ?? '');
};

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'a character flipped': (token, _other, at) => {
    const where = (at * 7919) % token.length;
    const by = ALPHABET[(ALPHABET.indexOf(token[where] ?? '') + 1 + at) % 64] ?? '';
    return replaceAt(token, where, by === token[where] ? '~' : by);
  },
  'cut short': (token, _other, at) => token.slice(0, (at * 104_729) % token.length),
  'cut at the front': (token, _other, at) => token.slice(1 + ((at * 31) % (token.length - 1))),
  'a character put in': (token, _other, at) => {
    const where = (at * 7919) % token.length;
    return token.slice(0, where) + (ALPHABET[at % 64] ?? '') + token.slice(where);
  },
  'a part twice': (token, _other, at) => {
    const parts: string[] = partsOf(token);
    parts.splice(at % 3, 0, parts[at % 3] ?? '');
    return parts.join('.');
  },
  'the whole token twice': (token, _other, at) => token + (at % 2 === 0 ? '.' : '') + token,
  'parts in another order': (token, _other, at) => {
    const [header, claims, signature] = partsOf(token);
    const orders = [
      [claims, header, signature],
      [signature, claims, header],
      [header, signature, claims],
      [claims, signature, header],
    ];
    return (orders[at % 4] ?? []).join('.');
  },
  'a part left out': (token, _other, at) =>
    partsOf(token)
      .map((part, index) => (index === at % 3 ? '' : part))
      .join('.'),
  'alg none': (token, _other, at) => unsigned(token) + (at % 2 === 0 ? '' : partsOf(token)[2]),
  'the same bytes in another spelling': (token, _other, at) => respelled(token, at),
  'padding behind it': (token, _other, at) => token + '='.repeat(1 + (at % 3)),
  'the alphabet of plain base64': (token, _other, at) => {
    const spelled = token.replaceAll('-', '+').replaceAll('_', '/');
    return spelled === token ? `${token}${at % 2 === 0 ? '+' : '/'}` : spelled;
  },
  'halves of two tokens': (token, other, at) => {
    const [header, claims, signature] = partsOf(token);
    const [, otherClaims, otherSignature] = partsOf(other);
    return at % 2 === 0
      ? [header, otherClaims, signature].join('.')
      : [header, claims, otherSignature].join('.');
  },
  'a blank or control character': (token, _other, at) => {
    const blank = [' ', '\t', '\u00a0', '\u200b', '\u0000', '\n'][at % 6] ?? ' ';
    return at % 2 === 0 ? `${token}${blank}` : `${blank}${token}`;
  },
};

const KINDS = Object.entries(MUTATIONS);

/** So many different mutations of a token, of every kind in turn; none is the token itself. */
function mutationsOf(token: string, other: string, count: number): string[] {
  const mutated = new Set<string>();
  for (let index = 0; mutated.size < count; index += 1) {
    const [, mutate] = KINDS[index % KINDS.length] ?? [];
    const text = mutate?.(token, other, Math.floor(index / KINDS.length)) ?? '';
    if (text !== token && text !== '') mutated.add(text);
  }
  return [...mutated];
}

/** Sends many requests over connections that are kept, a few at a time. @returns how often each answer came */
async function countAnswers(texts: readonly string[], send: (text: string) => Promise<Response>) {
  const counts: Record<string, number> = {};
  for (let first = 0; first < texts.length; first += 10) {
    const responses = await Promise.all(texts.slice(first, first + 10).map(send));
    for (const response of responses) {
      const body: unknown = await response.json();
      const outcome = `${response.status} ${JSON.stringify(body)}`;
      counts[outcome] = (counts[outcome] ?? 0) + 1;
    }
  }
  return counts;
}

onEveryHost({}, (stage) => {
  it.each(KINDS)('a refresh token with %s differs from the one issued', async (_what, mutate) => {
    const token = (await login(stage.host)).refresh_token;
    const other = (await login(stage.host)).refresh_token;
    for (let at = 0; at < 4; at += 1) expect(mutate(token, other, at)).not.toBe(token);
  });

  it('500 mutated refresh tokens are 500 times 401 invalid_token, and harm no session', async () => {
    const pair = await login(stage.host);
    const other = await login(stage.host);
    const spent = await login(stage.host);
    const live = await refresh(
      stage.host,
      (await refresh(stage.host, spent.refresh_token)).refresh_token,
    );
    const mutated = [
      ...mutationsOf(pair.refresh_token, other.refresh_token, 250),
      ...mutationsOf(spent.refresh_token, other.refresh_token, 250),
    ];
    const counts = await countAnswers(mutated, (refresh_token) =>
      fetch(`${stage.host.url}/auth/token/refresh`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ refresh_token }),
      }),
    );
    expect(counts).toEqual({
      '401 {"error":"invalid_token","error_description":"Invalid refresh token"}': 500,
    });
    for (const unharmed of [pair, other, live]) {
      expect(await isAlive(stage.host, unharmed)).toBe(true);
    }
  });

  it('500 mutated access tokens are 500 times 401, and harm no session', async () => {
    const pair = await login(stage.host);
    const other = await login(stage.host);
    const sendable = mutationsOf(pair.access_token, other.access_token, 540).filter((text) =>
      /^[\x21-\x7e]+$/.test(text),
    );
    const mutated = sendable.slice(0, 500);
    const counts = await countAnswers(mutated, (token) =>
      fetch(`${stage.host.url}/auth/me`, { headers: { Authorization: `Bearer ${token}` } }),
    );
    expect(counts).toEqual({
      '401 {"error":"invalid_token","error_description":"Invalid access token"}': 500,
    });
    expect(await isAlive(stage.host, pair)).toBe(true);
    expect(await isAlive(stage.host, other)).toBe(true);
  });
});
