import { isIP } from 'node:net';
import * as v from 'valibot';
import {
  type DatabaseUrl,
  UnusableUrlError,
  fileContent,
  readParameters,
} from './url-parameters.js';

/** How a connection to MySQL or MariaDB is encrypted, in the words of `mysql2`. */
export interface MysqlTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized: boolean;
  readonly verifyIdentity: boolean;
}

/** A MySQL or MariaDB server, a database on it, and how to get there. */
export interface MysqlAddress {
  readonly type: 'mysql';
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly database: string;
  /** A Unix socket in place of host and port. */
  readonly socketPath?: string;
  readonly ssl?: MysqlTls;
}

const DEFAULT_PORT = 3306;

type Mode = 'off' | 'encrypt' | 'verify-chain' | 'verify-host';

/** In the words of MySQL's client, and in libpq's, which people write here. `PREFERRED` is none: it gives in. */
const MODES = new Map<string, Mode>([
  ['disabled', 'off'],
  ['disable', 'off'],
  ['false', 'off'],
  ['0', 'off'],
  ['required', 'encrypt'],
  ['require', 'encrypt'],
  ['verify_ca', 'verify-chain'],
  ['verify-ca', 'verify-chain'],
  ['verify_identity', 'verify-host'],
  ['verify-full', 'verify-host'],
  ['true', 'verify-host'],
  ['1', 'verify-host'],
]);

const mode = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }): Mode => {
    const meant = MODES.get(dataset.value.toLowerCase());
    if (meant !== undefined) return meant;
    addIssue({ message: 'takes DISABLED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY' });
    return NEVER;
  }),
);

const PARAMETERS = {
  'ssl-mode': v.optional(mode),
  sslmode: v.optional(mode),
  ssl: v.optional(mode),
  'ssl-ca': v.optional(fileContent),
  'ssl-cert': v.optional(fileContent),
  'ssl-key': v.optional(fileContent),
  socketPath: v.optional(v.string()),
};

/** @throws UnusableUrlError */
export function mysqlAddress(url: DatabaseUrl): MysqlAddress {
  const {
    'ssl-mode': sslMode,
    sslmode,
    ssl,
    socketPath,
    ...files
  } = readParameters(url.parameters, PARAMETERS);
  const modes = [sslMode, sslmode, ssl].filter((given) => given !== undefined);
  if (modes.length > 1) throw new UnusableUrlError('takes one of ssl-mode, sslmode and ssl');
  if (url.host === '' && socketPath === undefined) {
    throw new UnusableUrlError('takes a host, or a Unix socket as socketPath');
  }
  const { host, username, password, database } = url;
  const tls = tlsOf(modes[0] ?? 'off', files, host);
  return {
    type: 'mysql',
    host,
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    username,
    password,
    database,
    ...(socketPath !== undefined && { socketPath }),
    ...(tls !== null && { ssl: tls }),
  };
}

type TlsFiles = { readonly [Name in 'ssl-ca' | 'ssl-cert' | 'ssl-key']?: string | undefined };

function tlsOf(asked: Mode, files: TlsFiles, host: string): MysqlTls | null {
  const { 'ssl-ca': ca, 'ssl-cert': cert, 'ssl-key': key } = files;
  if (asked === 'off') {
    if (ca ?? cert ?? key)
      throw new UnusableUrlError('takes ssl-ca, ssl-cert and ssl-key with an ssl-mode');
    return null;
  }
  // To `mysql2` the name of an address is `localhost`.
  if (asked === 'verify-host' && isIP(host) !== 0) {
    throw new UnusableUrlError('takes a host by its name with VERIFY_IDENTITY, not by its address');
  }
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    rejectUnauthorized: asked !== 'encrypt',
    verifyIdentity: asked === 'verify-host',
  };
}
