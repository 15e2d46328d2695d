const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** The two largest units that say something: `6 d 23 h`, `14 min 59 s`, `8 s`. */
export function spoken(seconds: number): string {
  let rest = Math.max(0, Math.ceil(seconds));
  const words: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) words.push(`${count} ${unit}`);
    else if (words.length === 1) break;
  }
  return words.slice(0, 2).join(' ') || '0 s';
}
