import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as v from 'valibot';

/** What signs tokens: a secret or a private key in PEM for access tokens, a secret for refresh tokens. */
export type Secrets = { readonly refreshSecret: string } & (
  { readonly accessSecret: string } | { readonly accessPrivateKey: string }
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
 * @throws Error when the file is there but holds no secrets
 */
export function keptSecrets(): v.InferOutput<typeof fileSchema> {
  const kept = readFile();
  if (kept === null) makeFile();
  const secrets = v.safeParse(fileSchema, kept ?? readFile());
  if (secrets.success) return secrets.output;
  throw new Error(`${SECRETS_FILE} holds no secrets: delete it to have new ones made`);
}

function readFile(): unknown {
  try {
    return JSON.parse(readFileSync(SECRETS_FILE, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    return null;
  }
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
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(aside);
  }
}

const randomSecret = (): string => randomBytes(32).toString('base64url');
