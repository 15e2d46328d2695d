import { TokenExpiredError } from '../errors.js';
import { VerifiedTokens } from './verified-tokens.js';

const EXP = 1_767_225_600;
const CLAIMS = { sub: 'ann', sid: 's', gen: 0, jti: 'j', iat: EXP - 900, exp: EXP };
const MANY = 10_000;

/** What was verified by `nowMs`, and a clock to turn. */
function remembered() {
  const clock = { ms: EXP * 1000 - 1, nowMs: () => clock.ms };
  const tokens = new VerifiedTokens(clock);
  tokens.remember('a.b.c', CLAIMS);
  return { clock, tokens };
}

describe('a verified token', () => {
  it('is known again until its last millisecond', () => {
    expect(remembered().tokens.find('a.b.c')).toEqual(CLAIMS);
  });

  it('has expired in the very millisecond of exp', () => {
    const { clock, tokens } = remembered();
    clock.ms += 1;
    expect(() => tokens.find('a.b.c')).toThrow(TokenExpiredError);
  });

  it.each(['a.b.C', 'a.b.c ', 'a.b', 'a.b.cc', ''])('is not known as %j', (other) => {
    expect(remembered().tokens.find(other)).toBeUndefined();
  });
});

describe('the memory of verified tokens', () => {
  it('is bounded: the token used longest ago is forgotten', () => {
    const { tokens } = remembered();
    for (let added = 1; added < MANY; added += 1) tokens.remember(`token ${added}`, CLAIMS);
    expect(tokens.find('a.b.c')).toEqual(CLAIMS);
    tokens.remember('one more', CLAIMS);
    expect(tokens.find('a.b.c')).toEqual(CLAIMS);
    expect(tokens.find('token 1')).toBeUndefined();
  });

  it('is bounded in size: large tokens push others out', () => {
    const { tokens } = remembered();
    for (let added = 0; added < 17; added += 1) {
      tokens.remember(`${added}`.padEnd(1024 * 1024), CLAIMS);
    }
    expect(tokens.find('a.b.c')).toBeUndefined();
    expect(tokens.find('16'.padEnd(1024 * 1024))).toEqual(CLAIMS);
  });

  it('does not keep a token that is larger than all of it', () => {
    const { tokens } = remembered();
    const huge = 'x'.repeat(16 * 1024 * 1024 + 1);
    tokens.remember(huge, CLAIMS);
    expect(tokens.find(huge)).toBeUndefined();
    expect(tokens.find('a.b.c')).toEqual(CLAIMS);
  });
});
