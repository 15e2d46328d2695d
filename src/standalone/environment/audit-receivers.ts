import * as v from 'valibot';
import { eventReceiversSchema, webhooksSchema } from '../../audit/receiver-options.js';

const WEBHOOKS_TAKE =
  'takes a secret and a URL such as whsec_… https://hooks.example.com/auth, separated by commas';

const RECEIVERS_TAKE =
  'takes an audience, a URL and what the receiver wants as Authorization, such as siem https://siem.example.com/events Bearer …, separated by commas';

const words = (text: string): string[][] => text.split(',').map((one) => one.trim().split(/\s+/));

/** `secret url`, separated by commas. What is wrong is said without the secret. */
export const webhooks = v.pipe(
  v.string(),
  v.transform((text) => words(text).map(([secret, url]) => ({ url, secret }))),
  v.check((list) => v.is(webhooksSchema, list), WEBHOOKS_TAKE),
  v.transform((list) => v.parse(webhooksSchema, list)),
);

/** `audience url`, and what follows these as `Authorization`, separated by commas. */
export const eventReceivers = v.pipe(
  v.string(),
  v.transform((text) =>
    words(text).map(([audience, url, ...rest]) =>
      rest.length === 0 ? { audience, url } : { audience, url, authorization: rest.join(' ') },
    ),
  ),
  v.check((list) => v.is(eventReceiversSchema, list), RECEIVERS_TAKE),
  v.transform((list) => v.parse(eventReceiversSchema, list)),
);
