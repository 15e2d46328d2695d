import { isIssuer } from './issuer.js';

describe('the issuer, where clients find the endpoints', () => {
  it.each(['https://api.example.com', 'http://127.0.0.1:3000', 'https://example.com/backend'])(
    'may be %s',
    (issuer) => {
      expect(isIssuer(issuer)).toBe(true);
    },
  );

  it.each([
    'nestjs-baton',
    'api.example.com',
    'ftp://example.com',
    'x https://example.com',
    'xhttps://example.com',
    'https://',
    'https://example.com?a=1',
    'https://example.com#top',
    'https://ann@example.com',
    'https://example.com/a b',
    'https://[',
  ])('may not be %s', (issuer) => {
    expect(isIssuer(issuer)).toBe(false);
  });
});
