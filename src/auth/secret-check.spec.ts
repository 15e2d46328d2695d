import { randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { jest } from '@jest/globals';
import { assertRandom } from './secret-check.js';

const RANDOM = randomBytes(32).toString('base64url');
const MADE_UP = 'change me change me change me change me';

const refusal = (option: string, takes: string) => new Error(`${option} ${takes}`);

function check(NODE_ENV: string | undefined, ...secrets: string[]): void {
  if (NODE_ENV === undefined) delete process.env['NODE_ENV'];
  else process.env['NODE_ENV'] = NODE_ENV;
  assertRandom({ accessSecret: [RANDOM], refreshSecret: secrets }, refusal);
}

describe('a secret that somebody made up', () => {
  const mode = process.env['NODE_ENV'];
  const warned = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
  beforeEach(() => warned.mockClear());
  afterEach(() => {
    process.env['NODE_ENV'] = mode;
  });
  afterAll(() => warned.mockRestore());

  it('is refused in production, as a previous one, too', () => {
    const refused = 'refreshSecret takes a secret that was made at random, not one of an example';
    expect(() => check('production', MADE_UP)).toThrow(new Error(refused));
    expect(() => check('production', RANDOM, MADE_UP)).toThrow(new Error(refused));
    expect(() => check('production', RANDOM)).not.toThrow();
    expect(warned).not.toHaveBeenCalled();
  });

  it.each([undefined, 'development', 'staging'])('is warned of with NODE_ENV %s', (NODE_ENV) => {
    check(NODE_ENV, MADE_UP);
    expect(warned).toHaveBeenCalledTimes(1);
    expect(warned).toHaveBeenCalledWith(expect.stringContaining('a secret of refreshSecret:'));
    expect(warned).not.toHaveBeenCalledWith(expect.stringContaining(MADE_UP));
    check(NODE_ENV, RANDOM);
    expect(warned).toHaveBeenCalledTimes(1);
  });

  it('is left in peace in tests', () => {
    check('test', MADE_UP);
    expect(warned).not.toHaveBeenCalled();
  });
});
