import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';

/** @returns what signs the claims of a token like this one with `node:crypto` and nothing else */
export function bareSignature(token: string, secret: string): () => string {
  const key = createSecretKey(Buffer.from(secret));
  const [head = '', body = ''] = token.split('.');
  const claims: unknown = JSON.parse(Buffer.from(body, 'base64url').toString());
  return () => {
    const signed = `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
    return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
  };
}

/** @returns what verifies this token and reads its header and claims */
export function bareVerification(token: string, secret: string): () => unknown {
  const key = createSecretKey(Buffer.from(secret));
  const [head = '', body = '', signature = ''] = token.split('.');
  return () => {
    const expected = createHmac('sha256', key).update(`${head}.${body}`).digest();
    if (!timingSafeEqual(expected, Buffer.from(signature, 'base64url')))
      throw new Error('Not genuine');
    return [
      JSON.parse(Buffer.from(head, 'base64url').toString()),
      JSON.parse(Buffer.from(body, 'base64url').toString()),
    ];
  };
}
