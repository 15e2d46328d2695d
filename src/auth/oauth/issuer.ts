/** What `issuer` takes where there are standard endpoints. */
export const ISSUER_TAKES = 'takes a URL such as https://api.example.com';

/** Whether clients can find the endpoints by this name. Plain HTTP is for development. @see RFC 8414 section 2 */
export function isIssuer(issuer: string): boolean {
  return /^https?:\/\/[^?#@\s]+$/.test(issuer) && URL.canParse(issuer);
}
