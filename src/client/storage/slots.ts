import type { BatonStorage } from '../storage.js';

/**
 * Keeps one value in a store whose items are limited in size, or are replaced in two steps (deleted, then added):
 * two slots take turns, so that the last value is whole until the next one is, and a value may take many items.
 * They are called `<name>.a.0`, `<name>.a.1`, … and `<name>.b.0`, …; the value before last stays until it is replaced.
 *
 * @param maxBytes what one item takes, in UTF-8
 */
export function inSlots(
  items: ItemStore,
  name: string,
  maxBytes = Infinity,
): Pick<BatonStorage, 'read' | 'write' | 'remove'> {
  const slots = async (): Promise<{ readonly older: Slot; readonly newer: Slot }> => {
    const a = await readSlot(items, `${name}.a`);
    const b = await readSlot(items, `${name}.b`);
    return a.sequence > b.sequence ? { older: b, newer: a } : { older: a, newer: b };
  };
  return {
    async read() {
      for (let look = 0; look < LOOKS; look += 1) {
        const { older, newer } = await slots();
        const value = newer.value ?? older.value;
        if (value !== null || (older.isEmpty && newer.isEmpty)) return value;
      }
      throw new Error('The session in this storage is incomplete');
    },
    async write(value) {
      const { older, newer } = await slots();
      const slot = newer.value === null && older.value !== null ? newer : older;
      await fill(items, slot.name, newer.sequence + 1, piecesOf(value, maxBytes - LONGEST_TAG));
    },
    async remove() {
      const { older, newer } = await slots();
      await clear(items, older);
      await clear(items, newer);
    },
  };
}

/** A platform's store of named texts. What it lacks, {@link inSlots} makes up for. */
export interface ItemStore {
  /**
   * @returns null when there is none
   * @throws when it cannot tell
   */
  get(name: string): Promise<string | null>;
  set(name: string, text: string): Promise<unknown>;
  /** Called only for what is there. */
  delete(name: string): Promise<unknown>;
}

/** One of the two places that take turns. */
interface Slot {
  readonly name: string;
  /** Of the write that filled it; 0 when there was none. */
  readonly sequence: number;
  readonly isEmpty: boolean;
  /** Null while a write is under way or was cut off. */
  readonly value: string | null;
}

/** Each piece begins with the tag of its write: `<sequence>-<random>-<number of pieces>:`. */
const TAG = /^(\d+)-\w+-(\d+):/;
const LONGEST_TAG = 40;

/** How often a reader that comes amid writes looks again. */
const LOOKS = 10;

async function readSlot(items: ItemStore, name: string): Promise<Slot> {
  const first = await items.get(`${name}.0`);
  const [tag = '', sequence, count] = TAG.exec(first ?? '') ?? [];
  const pieces = [first];
  for (let index = 1; index < Number(count); index += 1) {
    pieces.push(await items.get(`${name}.${index}`));
  }
  const isWhole = tag !== '' && pieces.every((piece) => piece?.startsWith(tag));
  const value = isWhole ? pieces.map((piece) => piece?.slice(tag.length)).join('') : null;
  return { name, sequence: Number(sequence ?? 0), isEmpty: first === null, value };
}

/** The first piece comes last: with it the slot counts. */
async function fill(
  items: ItemStore,
  slot: string,
  sequence: number,
  pieces: readonly string[],
): Promise<void> {
  const random = Math.random().toString(36).slice(2, 10);
  const tag = `${sequence}-${random}0-${pieces.length}:`;
  await trim(items, slot);
  const [first = '', ...others] = pieces;
  for (const [index, piece] of others.entries()) {
    await items.set(`${slot}.${index + 1}`, tag + piece);
  }
  await items.set(`${slot}.0`, tag + first);
}

/** The first piece goes first: without it the slot is empty. */
async function clear(items: ItemStore, slot: Slot): Promise<void> {
  if (!slot.isEmpty) await items.delete(`${slot.name}.0`);
  await trim(items, slot.name);
}

/** Takes away all pieces but the first; the last one first, so that none is ever left behind a gap. */
async function trim(items: ItemStore, slot: string): Promise<void> {
  let end = 1;
  while ((await items.get(`${slot}.${end}`)) !== null) end += 1;
  while (end > 1) await items.delete(`${slot}.${(end -= 1)}`);
}

/** Cuts between characters, never within one. */
function piecesOf(value: string, maxBytes: number): string[] {
  const pieces = [''];
  let bytes = 0;
  for (const character of value) {
    const more = bytesOf(character);
    if (bytes + more > maxBytes) {
      pieces.push('');
      bytes = 0;
    }
    pieces[pieces.length - 1] += character;
    bytes += more;
  }
  return pieces;
}

/** In UTF-8; React Native has not everywhere a `TextEncoder`. */
function bytesOf(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}
