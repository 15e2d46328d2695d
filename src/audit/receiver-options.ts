import * as v from 'valibot';
import { nonEmptyString } from '../options.js';
import { SECRET_PREFIX } from './webhook.js';

const URL_TAKES =
  'takes a URL such as https://hooks.example.com/auth, http:// on this machine only';
const SECRET_TAKES = `takes ${SECRET_PREFIX} and 24 to 64 bytes in base64`;
const AUTHORIZATION_TAKES = 'takes the value of a header';

const url = v.pipe(v.string(URL_TAKES), v.check(isSafe, URL_TAKES));

const webhook = v.object({
  url,
  secret: v.pipe(v.string(SECRET_TAKES), v.check(isSecret, SECRET_TAKES)),
});

const receiver = v.object({
  url,
  audience: nonEmptyString,
  authorization: v.optional(
    v.pipe(
      v.string(AUTHORIZATION_TAKES),
      v.regex(/^[\x21-\x7e][\x20-\x7e]*$/, AUTHORIZATION_TAKES),
    ),
  ),
});

/** What `webhooks` takes. */
export const webhooksSchema = v.array(webhook, 'takes a list of { url, secret }');

/** What `eventReceivers` takes. */
export const eventReceiversSchema = v.array(receiver, 'takes a list of { url, audience }');

/** What is posted names people and where they are. */
function isSafe(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isHere);
}

function isSecret(text: string): boolean {
  const [, encoded] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const { length } = Buffer.from(encoded ?? '', 'base64');
  return length >= 24 && length <= 64;
}
