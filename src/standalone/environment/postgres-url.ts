import { accessSync, constants } from 'node:fs';
import * as v from 'valibot';
import { oneOf } from '../../options.js';
import { type DatabaseUrl, UnusableUrlError, readParameters } from './url-parameters.js';

/** A PostgreSQL server and a database on it, as `pg` reads them. */
export interface PostgresAddress {
  readonly type: 'postgres';
  readonly url: string;
}

const readableFile = v.pipe(
  v.string(),
  v.check((path) => isReadable(path), 'takes a file that can be read'),
);

/** Those that `pg` does something about. With `uselibpqcompat` its `sslmode` means what libpq's does. */
const PARAMETERS = {
  host: v.optional(v.string()),
  port: v.optional(v.pipe(v.string(), v.regex(/^\d{1,5}$/, 'takes a number'))),
  user: v.optional(v.string()),
  password: v.optional(v.string()),
  ssl: v.optional(oneOf(['true', '1', '0', 'no-verify'])),
  sslmode: v.optional(
    oneOf(['disable', 'no-verify', 'prefer', 'require', 'verify-ca', 'verify-full']),
  ),
  sslrootcert: v.optional(readableFile),
  sslcert: v.optional(readableFile),
  sslkey: v.optional(readableFile),
  sslnegotiation: v.optional(oneOf(['postgres', 'direct'])),
  uselibpqcompat: v.optional(oneOf(['true', 'false'])),
  application_name: v.optional(v.string()),
  options: v.optional(v.string()),
};

/** @throws UnusableUrlError */
export function postgresAddress(text: string, url: DatabaseUrl): PostgresAddress {
  const { host = url.host, ssl, sslmode } = readParameters(url.parameters, PARAMETERS);
  if (host === '')
    throw new UnusableUrlError('takes a host, or the folder of a Unix socket as host');
  if (ssl !== undefined && sslmode !== undefined) {
    throw new UnusableUrlError('takes one of sslmode and ssl');
  }
  return { type: 'postgres', url: text };
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
