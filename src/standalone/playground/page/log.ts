import { byId, html } from './dom.js';

/** How an event is to be taken. */
export type Tone = 'good' | 'calm' | 'warning' | 'bad';

/** One plain sentence of what happened. */
export interface Line {
  readonly tone: Tone;
  readonly text: string;
  /** Unix milliseconds. */
  readonly atMs: number;
}

const MOST_LINES = 60;

/** What happened, the newest first. */
export interface Log {
  readonly lines: readonly Line[];
  /** Adds what happened here just now; on a phone it stands beside the buttons, too. */
  add(tone: Tone, text: string): Line;
  /** Adds what happened elsewhere. */
  show(line: Line): void;
  /** Puts under what there is what happened before. */
  begin(before: readonly Line[]): void;
}

export function createLog(list: HTMLOListElement): Log {
  const beside = byId('last-sentence', HTMLElement);
  let lines: readonly Line[] = [];
  const shorten = () => {
    lines = lines.slice(0, MOST_LINES);
    while (list.children.length > MOST_LINES) list.lastElementChild?.remove();
  };
  const log: Log = {
    get lines() {
      return lines;
    },
    add(tone, text) {
      beside.textContent = text;
      const line = { tone, text, atMs: Date.now() };
      log.show(line);
      return line;
    },
    show(line) {
      lines = [line, ...lines];
      list.prepend(item(line));
      shorten();
    },
    begin(before) {
      lines = [...lines, ...before];
      list.append(...before.map(item));
      shorten();
    },
  };
  return log;
}

function item({ tone, text, atMs }: Line): HTMLLIElement {
  const at = new Date(atMs);
  const time = html('time', { datetime: at.toISOString() }, at.toLocaleTimeString());
  return html('li', { class: tone }, time, html('span', {}, text));
}
