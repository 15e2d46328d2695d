import { comparable, faultOfName } from './username.js';

const EDGES = 'takes a name without white space at its ends';
const INVISIBLE = 'takes a name without invisible characters';
const SCRIPTS = 'takes a name whose letters are of one script';

/** @see issue 11 */
describe('the name of a new user', () => {
  it.each([
    ['of ASCII', 'ann'],
    ['with a space within', 'Ann Smith'],
    ['with a space that NFKC makes ordinary', 'Ann\u00a0Smith'],
    ['with digits and signs', 'ann-7_@example.com'],
    ['in Latin with accents, composed', 'Zoë'],
    ['in Latin with accents, decomposed', 'Zoe\u0308'],
    ['in Greek', 'Ελένη'],
    ['in Cyrillic, with digits', 'Иван 3'],
    ['in Hebrew', 'רות'],
    ['in Arabic', 'مريم'],
    ['in Devanagari', 'अनीता'],
    ['in Thai', 'มานี'],
    ['in Japanese, with Latin', 'ゆうこ優子ユウコ Yuko'],
    ['in Chinese, with Bopomofo and Latin', '李ㄌㄧˇ Li'],
    ['in Korean, with Han and Latin', '김金 Kim'],
    ['of emoji', '😀🔑'],
    ['of one ligature that NFKC makes a sentence', 'ﷺ'],
    ['in full width', 'ａｎｎ'],
    ['that every object has', '__proto__'],
  ])('may be one %s', (_what, name) => {
    expect(faultOfName(name)).toBeNull();
  });

  it.each([
    ['a space before it', ' ann', EDGES],
    ['a space after it', 'ann ', EDGES],
    ['nothing but a space', ' ', EDGES],
    ['a no-break space after it', 'ann\u00a0', EDGES],
    ['an ideographic space before it', '\u3000ann', EDGES],
    ['a line separator after it', 'ann\u2028', EDGES],
    ['what NFKC begins with a space', '\u00a8ann', EDGES],
    ['a zero-width space', 'a\u200bnn', INVISIBLE],
    ['a zero-width joiner', 'ann\u200d', INVISIBLE],
    ['a word joiner', 'a\u2060nn', INVISIBLE],
    ['a byte order mark', '\ufeffann', INVISIBLE],
    ['a soft hyphen', 'a\u00adnn', INVISIBLE],
    ['an override of the direction', 'a\u202enn', INVISIBLE],
    ['an isolate of the direction', 'a\u2066nn', INVISIBLE],
    ['a Hangul filler', 'ann\u3164', INVISIBLE],
    ['a halfwidth Hangul filler', 'ann\uffa0', INVISIBLE],
    ['a combining grapheme joiner', 'a\u034fnn', INVISIBLE],
    ['a variation selector', 'ann\ufe0f', INVISIBLE],
    ['a tag', 'ann\u{e0061}', INVISIBLE],
    ['a Mongolian vowel separator', 'a\u180enn', INVISIBLE],
    ['an interlinear annotation', 'a\ufff9nn', INVISIBLE],
    ['a blank of Braille', 'ann\u2800', INVISIBLE],
    ['a character for private use', 'ann\ue000', INVISIBLE],
    ['what is no character', 'ann\uffff', INVISIBLE],
    ['a line separator within', 'a\u2028nn', INVISIBLE],
    ['an Ogham space within', 'a\u1680nn', INVISIBLE],
    ['a Cyrillic letter among Latin ones', 'p\u0430ypal', SCRIPTS],
    ['a Greek letter among Latin ones', 'g\u03bf\u03bfgle', SCRIPTS],
    ['an Armenian letter among Latin ones', '\u0578ikita', SCRIPTS],
    ['a Cherokee letter among Latin ones', '\u13aann', SCRIPTS],
    ['a Bengali digit among Latin letters', 'ann\u09ea', SCRIPTS],
    ['Cyrillic among Japanese', 'ユ\u0430', SCRIPTS],
    ['Hangul among Kana', '김ゆ', SCRIPTS],
    ['bold mathematical Latin among Cyrillic, which NFKC makes Latin', '\u{1d41a}\u0430', SCRIPTS],
    ['a micro sign among Latin, which NFKC makes Greek', 'a\u00b5', SCRIPTS],
  ])('is refused with %s', (_what, name, fault) => {
    expect(faultOfName(name)).toBe(fault);
  });
});

it('names are compared after NFKC and lower-casing, not case folding', () => {
  expect(comparable('ＡNN')).toBe('ann');
  expect(comparable('Straße')).not.toBe(comparable('STRASSE'));
});
