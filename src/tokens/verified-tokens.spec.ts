import { TokenExpiredError } from '../errors.js';
import { secretKey } from '../keys/signing-key.js';
import { VerifiedTokens } from './verified-tokens.js';

const EXP = 1_767_225_600;
const CLAIMS = { sub: 'ann', sid: 's', gen: 0, jti: 'j', iat: EXP - 900, exp: EXP };
const MANY = 10_000;
const KEYS = [secretKey('a secret of exactly 32 bytes 012')];

const remember = (tokens: VerifiedTokens, token: string) =>
  tokens.remember(token, { claims: CLAIMS, endsAtSeconds: EXP - 60, keys: KEYS });
const find = (tokens: VerifiedTokens, token: string, keys = KEYS) => tokens.find(token, keys);

/** What was verified by `nowMs`, and a clock to turn. */
function remembered() {
  const clock = { ms: (EXP - 60) * 1000 - 1, nowMs: () => clock.ms };
  const tokens = new VerifiedTokens(clock);
  remember(tokens, 'a.b.c');
  return { clock, tokens };
}

describe('a verified token', () => {
  it('is known again until its last millisecond', () => {
    expect(find(remembered().tokens, 'a.b.c')).toEqual(CLAIMS);
  });

  it('is not known any more once the keys have changed', () => {
    expect(find(remembered().tokens, 'a.b.c', [...KEYS])).toBeUndefined();
  });

  it('has expired in the very millisecond of its end, whatever exp says', () => {
    const { clock, tokens } = remembered();
    clock.ms += 1;
    expect(() => find(tokens, 'a.b.c')).toThrow(TokenExpiredError);
  });

  it.each(['a.b.C', 'a.b.c ', 'a.b', 'a.b.cc', ''])('is not known as %j', (other) => {
    expect(find(remembered().tokens, other)).toBeUndefined();
  });
});

describe('the memory of verified tokens', () => {
  it('is bounded: the token used longest ago is forgotten', () => {
    const { tokens } = remembered();
    for (let added = 1; added < MANY; added += 1) remember(tokens, `token ${added}`);
    expect(find(tokens, 'a.b.c')).toEqual(CLAIMS);
    remember(tokens, 'one more');
    expect(find(tokens, 'a.b.c')).toEqual(CLAIMS);
    expect(find(tokens, 'token 1')).toBeUndefined();
  });

  it('is bounded in size: large tokens push others out', () => {
    const { tokens } = remembered();
    for (let added = 0; added < 17; added += 1) {
      remember(tokens, `${added}`.padEnd(1024 * 1024));
    }
    expect(find(tokens, 'a.b.c')).toBeUndefined();
    expect(find(tokens, '16'.padEnd(1024 * 1024))).toEqual(CLAIMS);
  });

  it('does not keep a token that is larger than all of it', () => {
    const { tokens } = remembered();
    const huge = 'x'.repeat(16 * 1024 * 1024 + 1);
    remember(tokens, huge);
    expect(find(tokens, huge)).toBeUndefined();
    expect(find(tokens, 'a.b.c')).toEqual(CLAIMS);
  });
});
