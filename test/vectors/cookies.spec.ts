import { cookieValues } from '../../src/auth/cookie/cookie-header.js';
import { describeWithVectors, readVectors } from './known-vectors.js';

const OURS = '__Secure-baton_refresh';
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzaWQiOiIxIn0.c2lnbmF0dXJl';

interface Vector {
  readonly test: string;
  readonly sent: readonly { readonly name: string; readonly value: string }[];
}

const isVector = (value: unknown): value is Vector =>
  typeof value === 'object' && value !== null && 'test' in value && 'sent' in value;

describeWithVectors('cookies', 'of the cookies that browsers send (abarth/http-state)', () => {
  const vectors = [readVectors('cookies/parser.json')].flat().filter(isVector);
  const jars = vectors.map(({ sent }) => sent.map(({ name, value }) => `${name}=${value}`));

  it('there are 222', () => {
    expect(jars).toHaveLength(222);
  });

  it('none is taken for ours, and ours is found beside all of them, whole and once', () => {
    for (const jar of jars) {
      const ours = `${OURS}=${TOKEN}`;
      expect(cookieValues(jar.join('; '), OURS)).toEqual([]);
      expect(cookieValues([ours, ...jar].join('; '), OURS)).toEqual([TOKEN]);
      expect(cookieValues([...jar, ours].join('; '), OURS)).toEqual([TOKEN]);
    }
  });

  it('as many have a name as the browser sends', () => {
    for (const { sent } of vectors) {
      const header = sent.map(({ name, value }) => `${name}=${value}`).join('; ');
      for (const { name } of sent) {
        const alike = sent.filter((other) => other.name === name).map(({ value }) => value);
        expect(cookieValues(header, name)).toEqual(alike);
      }
    }
  });
});
