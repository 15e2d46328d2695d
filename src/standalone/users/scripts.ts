/**
 * The scripts of living languages, by their Unicode names.
 *
 * @see UAX #31 tables 5 (recommended) and 7 (limited use)
 */
const LIVING = `
  Adlam Arabic Armenian Balinese Bamum Batak Bengali Bopomofo Canadian_Aboriginal Chakma Cham
  Cherokee Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Han Hangul
  Hanifi_Rohingya Hebrew Hiragana Javanese Kannada Katakana Kayah_Li Khmer Lao Latin Lepcha Limbu
  Lisu Malayalam Mandaic Meetei_Mayek Miao Mongolian Myanmar New_Tai_Lue Newa Nko
  Nyiakeng_Puachue_Hmong Ol_Chiki Oriya Osage Saurashtra Sinhala Sundanese Syloti_Nagri Syriac
  Tai_Le Tai_Tham Tai_Viet Tamil Telugu Thaana Thai Tibetan Tifinagh Vai Wancho Yi
`
  .trim()
  .split(/\s+/);

/**
 * Which scripts may stand in one name: each alone, and those that Japanese, Chinese and Korean mix.
 *
 * @see UTS #39 section 5.2, "Highly Restrictive"
 */
export const SCRIPTS_WRITTEN_TOGETHER: readonly (readonly string[])[] = [
  ...LIVING.map((script) => [script]),
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Bopomofo'],
  ['Latin', 'Han', 'Hangul'],
];
