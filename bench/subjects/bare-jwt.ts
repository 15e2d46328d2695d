import { createSecretKey } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';

/** What signs and verifies a token like this one with `JwtService` and a `KeyObject`, and nothing else. */
export function bareJwt(token: string, secret: string) {
  const key = createSecretKey(Buffer.from(secret));
  const jwt = new JwtService({ privateKey: key, publicKey: key });
  const claims: object = jwt.decode(token);
  return { sign: () => jwt.sign(claims), verify: () => jwt.verify<object>(token) };
}
