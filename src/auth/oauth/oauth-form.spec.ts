import { OAuthError } from './oauth-error.js';
import { formOf, required } from './oauth-form.js';

const TYPE = 'application/x-www-form-urlencoded';
const parsed = (body: unknown, type: string | undefined = TYPE) =>
  formOf({ headers: { 'content-type': type }, body });

describe('a form', () => {
  it.each([TYPE, TYPE.toUpperCase(), `${TYPE};charset=UTF-8`, ` ${TYPE} ; charset=UTF-8`])(
    'is of the type %j',
    (type) => {
      expect([...parsed({ token: 'x' }, type)]).toEqual([['token', 'x']]);
    },
  );

  it.each(['application/json', 'multipart/form-data', `${TYPE}x`, `text/plain, ${TYPE}`, ''])(
    'is not of the type %j',
    (type) => {
      expect(() => parsed({ token: 'x' }, type)).toThrow(OAuthError);
    },
  );

  it('is not without a type', () => {
    expect(() => formOf({ headers: {}, body: { token: 'x' } })).toThrow(OAuthError);
  });

  it('leaves out what has no value', () => {
    expect([...parsed({ token: '', scope: 'all' })]).toEqual([['scope', 'all']]);
  });

  it('has each parameter once', () => {
    expect(() => parsed({ token: ['x', 'y'] })).toThrow('Each parameter takes one value');
    expect(() => parsed({ token: { nested: 'x' } })).toThrow('Each parameter takes one value');
  });

  it.each([undefined, null])('may be empty: %p', (body) => {
    expect(parsed(body).size).toBe(0);
  });

  it('is asked for what has to be in it', () => {
    const form = parsed({ token: 'x', scope: '' });
    expect(required(form, 'token')).toBe('x');
    expect(() => required(form, 'scope')).toThrow('scope is missing');
  });
});
