import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as v from 'valibot';
import type { OneOrMore } from '../../auth/key-options.js';

/** What signs tokens: a secret or keys for access tokens, a secret for refresh tokens. */
export type Secrets = { readonly refreshSecret: OneOrMore } & (
  { readonly accessSecret: OneOrMore } | { readonly accessPrivateKey: readonly string[] }
);

/** Where a development machine keeps the secrets that it made. */
const SECRETS_FILE = 'data/secrets.json';

const fileSchema = v.object({
  accessSecret: v.pipe(v.string(), v.minLength(32)),
  refreshSecret: v.pipe(v.string(), v.minLength(32)),
});

/**
 * The secrets of a development machine: made at the first start and kept, readable by their owner only.
 *
 * @throws Error in one line when the file is there but cannot be read, may be read by others, or holds no secrets
 */
export function keptSecrets(): v.InferOutput<typeof fileSchema> {
  const kept = readFile();
  if (kept === null) makeFile();
  const secrets = v.safeParse(fileSchema, kept ?? readFile());
  if (secrets.success) return secrets.output;
  throw new Error(
    `${SECRETS_FILE} holds no secrets: delete it to have new ones made, which signs everybody out`,
  );
}

/** @returns null when there is no such file, undefined when it holds no JSON */
function readFile(): unknown {
  try {
    const text = readFileSync(SECRETS_FILE, 'utf8');
    assertPrivateFile();
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    const code = codeOf(error);
    if (code === 'ENOENT') return null;
    if (code === undefined) throw error;
    // Whoever takes it for broken and deletes it signs everybody out.
    throw new Error(`${SECRETS_FILE} cannot be read (${code})`, { cause: error });
  }
}

/** Windows has no such bits. */
function assertPrivateFile(): void {
  if (process.platform === 'win32' || (statSync(SECRETS_FILE).mode & 0o077) === 0) return;
  throw new Error(`${SECRETS_FILE} may be read by others: run chmod 600 ${SECRETS_FILE}`);
}

/** Written aside and linked, so that of two servers that start at once one makes them and both read them. */
function makeFile(): void {
  const aside = `${SECRETS_FILE}.${randomBytes(4).toString('hex')}`;
  const [accessSecret, refreshSecret] = [randomSecret(), randomSecret()];
  mkdirSync(dirname(SECRETS_FILE), { recursive: true });
  writeFileSync(aside, JSON.stringify({ accessSecret, refreshSecret }, null, 2), { mode: 0o600 });
  try {
    linkSync(aside, SECRETS_FILE);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(aside);
  }
}

/** What the file system says went wrong, such as `ENOENT`; undefined where it was something else. */
export function codeOf(error: unknown): string | undefined {
  const isCoded = typeof error === 'object' && error !== null && 'code' in error;
  return isCoded ? String(error.code) : undefined;
}

const randomSecret = (): string => randomBytes(32).toString('base64url');
