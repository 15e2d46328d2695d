import * as v from 'valibot';
import { closedObject } from './closed-object.js';
import { objectWith } from './has-methods.js';

const SCHEMA = closedObject({ a: v.optional(v.number('takes a number'), 1) });
const complaints = (schema: v.GenericSchema, value: unknown) =>
  v.safeParse(schema, value).issues?.map(({ message }) => message) ?? [];

describe('an object with certain keys only', () => {
  it('has its defaults', () => {
    expect(v.parse(SCHEMA, {})).toEqual({ a: 1 });
  });

  it.each<[string, unknown, string[]]>([
    ['keys that it does not know', { a: 2, b: 1, c: 1 }, ['there is no option b, c']],
    ['a key that every object has', { constructor: 1 }, ['there is no option constructor']],
    ['another value', { a: 'x' }, ['takes a number']],
    ['a list', [], ['Invalid input: expected object, received array']],
    ['null', null, ['Invalid input: expected object, received null']],
    ['text', 'a', ['Invalid input: expected object, received string']],
  ])('is not one with %s', (_what, value, expected) => {
    expect(complaints(SCHEMA, value)).toEqual(expected);
  });
});

describe('an object with methods', () => {
  const both = { enter: () => 1, leave: () => 2 };

  it('has each of them, of its own or by its class', () => {
    class Gate {
      enter() {}
      leave() {}
    }
    for (const gate of [both, new Gate()]) {
      expect(complaints(objectWith('enter', 'leave'), gate)).toEqual([]);
      expect(complaints(objectWith('enter'), gate)).toEqual([]);
    }
  });

  it.each<[string, unknown]>([
    ['one without the second', { enter: both.enter }],
    ['one without the first', { leave: both.leave }],
    ['one whose method is none', { ...both, leave: 1 }],
    ['a function', Object.assign(() => {}, both)],
    ['null', null],
  ])('is not %s', (_what, value) => {
    const takes = 'takes an object with the methods enter and leave';
    expect(complaints(objectWith('enter', 'leave'), value)).toEqual([takes]);
  });

  it('names the one that is missing', () => {
    expect(complaints(objectWith('enter'), {})).toEqual(['takes an object with the method enter']);
  });
});
