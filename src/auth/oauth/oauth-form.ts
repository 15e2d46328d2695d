import type { HttpRequest } from '../http-request.js';
import { OAuthError } from './oauth-error.js';

const FORM = /^\s*application\/x-www-form-urlencoded\s*(;|$)/i;

/** The parameters of a request to a standard endpoint. */
export type OAuthForm = ReadonlyMap<string, string>;

/**
 * Reads the form in the body, which the platform has parsed. A parameter without a value counts as left out.
 *
 * @throws OAuthError `invalid_request` for another type of body, and for a parameter that comes twice
 * @see RFC 6749 section 3.2 and appendix B
 */
export function formOf({ headers, body }: HttpRequest): OAuthForm {
  if (!FORM.test(headers['content-type']?.toString() ?? '')) {
    throw new OAuthError('invalid_request', 'The body takes application/x-www-form-urlencoded');
  }
  const form = new Map<string, string>();
  for (const [name, value] of Object.entries(Object(body))) {
    if (typeof value !== 'string') {
      throw new OAuthError('invalid_request', 'Each parameter takes one value');
    }
    if (value !== '') form.set(name, value);
  }
  return form;
}

/** @throws OAuthError `invalid_request` when it is missing */
export function required(form: OAuthForm, name: string): string {
  const value = form.get(name);
  if (value === undefined) throw new OAuthError('invalid_request', `${name} is missing`);
  return value;
}
