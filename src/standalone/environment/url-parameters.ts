import { readFileSync } from 'node:fs';
import * as v from 'valibot';

/** A `DATABASE_URL` or `REDIS_URL` cannot be used. The message says what is taken, and never what was given. */
export class UnusableUrlError extends Error {}

/** Stands where a URL names no host: `postgres://user@/db?host=/dir` is one, though not to `URL`. */
const NO_HOST = 'host-from-the-parameters';

/** The parts of a database's URL, decoded. */
export interface DatabaseUrl {
  readonly protocol: string;
  /** Empty where the parameters tell it. */
  readonly host: string;
  readonly port: string;
  readonly username: string;
  readonly password: string;
  readonly database: string;
  readonly parameters: URLSearchParams;
}

/** @returns null for what is no URL with two slashes */
export function splitUrl(text: string): DatabaseUrl | null {
  const complete = text.replace(/^([a-z]+:\/\/(?:[^/?#]*@)?)(?=[/?])/, `$1${NO_HOST}`);
  if (!/^[a-z]+:\/\//.test(text) || !URL.canParse(complete)) return null;
  const url = new URL(complete);
  if (url.hash !== '' || url.search.includes('@')) {
    throw new UnusableUrlError('takes # ? / @ : in a user name or password as %23 %3F %2F %40 %3A');
  }
  return {
    protocol: url.protocol,
    host: url.hostname === NO_HOST ? '' : decode(url.hostname).replace(/^\[(.+)\]$/, '$1'),
    port: url.port,
    username: decode(url.username),
    password: decode(url.password),
    database: decode(url.pathname.slice(1)),
    parameters: url.searchParams,
  };
}

/**
 * Reads the parameters of a URL. What is not understood is refused rather than passed over: it may have asked
 * for encryption.
 *
 * @throws UnusableUrlError that names the parameter, without its value
 */
export function readParameters<const Entries extends v.ObjectEntries>(
  parameters: URLSearchParams,
  entries: Entries,
) {
  const names = Array.from(parameters.keys());
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new UnusableUrlError(`takes the parameter ${repeated} once`);
  const parsed = v.safeParse(v.strictObject(entries), Object.fromEntries(parameters));
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const name = v.getDotPath(issue);
  if (issue.type !== 'strict_object') throw new UnusableUrlError(`${issue.message} as ${name}`);
  const understood = Object.keys(entries).join(', ');
  throw new UnusableUrlError(`takes no parameter ${name}; it understands ${understood}`);
}

/** The name of a file, whose content it becomes. */
export const fileContent = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }): string => {
    try {
      return readFileSync(dataset.value, 'utf8');
    } catch {
      addIssue({ message: 'takes a file that can be read' });
      return NEVER;
    }
  }),
);

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new UnusableUrlError('takes a % as %25');
  }
}
