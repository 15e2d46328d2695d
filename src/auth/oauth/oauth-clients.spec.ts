import * as v from 'valibot';
import { clientOf, clientsSchema, confidentialClientOf, oauthClientsOf } from './oauth-clients.js';
import { OAuthError } from './oauth-error.js';

const SERVICE = { id: 'a-service', secret: 'secret: 100% of 32 bytes + more/üñ' };
const OTHER = { id: 'another', secret: 'another secret of 32 bytes or so' };
const PUBLIC = { id: 'a-public-app' };
const CLIENTS = [SERVICE, OTHER, PUBLIC];

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
const encoded = ({ id, secret }: typeof SERVICE): string =>
  basic([id, secret].map(encodeURIComponent).join(':'));
const from = (authorization: string | undefined, form: Record<string, string> = {}) =>
  clientOf({ headers: { authorization } }, new Map(Object.entries(form)), CLIENTS);
const confidential = (authorization?: string, form: Record<string, string> = {}) =>
  confidentialClientOf({ headers: { authorization } }, new Map(Object.entries(form)), CLIENTS);
const complaint = (clients: unknown) => v.safeParse(clientsSchema, clients).issues?.[0]?.message;

describe('a client that gives its secret', () => {
  it.each([
    ['form-encoded, as RFC 6749 says', encoded(SERVICE)],
    ['as it is', basic(`${SERVICE.id}:${SERVICE.secret}`)],
    ['under the scheme in small letters', encoded(SERVICE).replace('Basic', 'basic')],
    ['after several spaces, and before some', `${encoded(SERVICE).replace(' ', '   ')}  `],
  ])('is known by it: %s', (_what, authorization) => {
    expect(from(authorization)).toBe(SERVICE);
  });

  it('may say its name in the form once more, and no other name', () => {
    expect(from(encoded(SERVICE), { client_id: SERVICE.id })).toBe(SERVICE);
    expect(() => from(encoded(SERVICE), { client_id: OTHER.id })).toThrow(OAuthError);
    expect(() => from(encoded(SERVICE), { client_id: 'nobody' })).toThrow(OAuthError);
  });

  it('has spaces where a form has pluses', () => {
    const spaced = { id: 'a-service', secret: 'a secret with spaces of 32 bytes' };
    const authorization = basic(`a-service:${spaced.secret.replaceAll(' ', '+')}`);
    expect(clientOf({ headers: { authorization } }, new Map(), [spaced])).toBe(spaced);
  });

  it.each([
    ["another client's secret", encoded({ ...SERVICE, secret: OTHER.secret })],
    ["another client's name", encoded({ ...OTHER, secret: SERVICE.secret })],
    ['half of a secret', encoded({ ...SERVICE, secret: SERVICE.secret.slice(0, 16) })],
    ['no secret', encoded({ ...SERVICE, secret: '' })],
    ['a name alone', basic(SERVICE.id)],
    ['an unknown name', encoded({ ...SERVICE, id: 'nobody' })],
    ['another scheme', `Bearer ${encoded(SERVICE).slice(6)}`],
    ['nothing after the scheme', 'Basic '],
    ['nothing', ''],
    ['more than one', `${encoded(SERVICE)} ${encoded(SERVICE)}`],
    ['something before the scheme', `x${encoded(SERVICE)}`],
    ['the name of one that has none', basic(`${PUBLIC.id}:`)],
  ])('is unknown by %s', (_what, authorization) => {
    expect(() => from(authorization)).toThrow('The client is unknown, or has not given its secret');
  });
});

describe('a client without a secret', () => {
  it('says nothing, or its name', () => {
    expect(from(undefined)).toBeNull();
    expect(from(undefined, { client_id: 'an-app' })).toBeNull();
    expect(from(undefined, { client_id: PUBLIC.id })).toBe(PUBLIC);
  });

  it.each([
    ['the name of one that has a secret', { client_id: OTHER.id }],
    ['a secret in the form', { client_id: 'an-app', client_secret: 'x' }],
  ])('does not say %s', (_what, form) => {
    expect(() => from(undefined, form)).toThrow(OAuthError);
  });

  it('is none where one with a secret is asked for', () => {
    expect(() => confidential()).toThrow(OAuthError);
    expect(() => confidential(undefined, { client_id: PUBLIC.id })).toThrow(OAuthError);
    expect(confidential(encoded(SERVICE))).toBe(SERVICE);
  });
});

describe('the option oauthClients', () => {
  it('is a list, and empty where it is left out', () => {
    expect(oauthClientsOf({ oauthClients: CLIENTS })).toEqual(CLIENTS);
    expect(oauthClientsOf({})).toEqual([]);
  });

  it.each([
    ['no client', []],
    ['several', CLIENTS],
    ['a public one', [PUBLIC]],
    ['a secret of 32 bytes', [{ ...SERVICE, secret: 'x'.repeat(32) }]],
    ['a secret of 32 bytes in 16 letters', [{ ...SERVICE, secret: 'ü'.repeat(16) }]],
    ['a name of 128 characters', [{ ...SERVICE, id: 'x'.repeat(128) }]],
  ])('takes %s', (_what, clients) => {
    expect(complaint(clients)).toBeUndefined();
  });

  it.each([
    ['no list', SERVICE, 'takes a list of { id, secret }'],
    ['a secret of 31 bytes', [{ ...SERVICE, secret: 'x'.repeat(31) }], 'takes at least 32 bytes'],
    ['a name with a space', [{ ...SERVICE, id: 'a b' }], 'takes visible ASCII characters'],
    ['an empty name', [{ ...SERVICE, id: '' }], 'takes visible ASCII characters'],
    ['a long name', [{ ...SERVICE, id: 'x'.repeat(129) }], 'takes visible ASCII characters'],
    [
      'a public one that ends sessions',
      [{ ...PUBLIC, revokesUsers: true }],
      'takes a secret beside revokesUsers',
    ],
    ['a name twice', [SERVICE, OTHER, { ...OTHER, id: SERVICE.id }], 'takes each id once'],
  ])('refuses %s', (_what, clients, takes) => {
    expect(complaint(clients)).toBe(takes);
  });
});
