import { createHmac, randomBytes } from 'node:crypto';

/** What every server signs with. */
export const SECRETS = {
  AUTH_ACCESS_SECRET: 'access secret of the benchmark, 32 bytes',
  AUTH_REFRESH_SECRET: 'refresh secret of the benchmark, 32 bytes',
};

/**
 * Access tokens that the server would have issued, signed here with its secret: a hundred thousand logins would
 * take longer than what is to be measured.
 *
 * @param genuine what is copied, but for the token's id
 */
export function mintTokens(genuine: string, count: number): string[] {
  const [header = '', payload = ''] = genuine.split('.');
  const claims: object = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  return Array.from({ length: count }, () => {
    const text = JSON.stringify({ ...claims, jti: randomBytes(16).toString('base64url') });
    const signed = `${header}.${Buffer.from(text).toString('base64url')}`;
    const mac = createHmac('sha256', SECRETS.AUTH_ACCESS_SECRET).update(signed);
    return `${signed}.${mac.digest('base64url')}`;
  });
}
