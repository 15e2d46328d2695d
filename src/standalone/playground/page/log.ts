import { byId, html } from './dom.js';

/** How an event is to be taken. */
export type Tone = 'good' | 'calm' | 'warning' | 'bad';

const MOST_LINES = 60;

/** Adds one plain sentence to what happened, the newest first; on a phone it stands beside the buttons, too. */
export type Log = (tone: Tone, sentence: string) => void;

export function createLog(list: HTMLOListElement): Log {
  const beside = byId('last-sentence', HTMLElement);
  return (tone, sentence) => {
    beside.textContent = sentence;
    const now = new Date();
    const time = html('time', { datetime: now.toISOString() }, now.toLocaleTimeString());
    list.prepend(html('li', { class: tone }, time, html('span', {}, sentence)));
    while (list.children.length > MOST_LINES) list.lastElementChild?.remove();
  };
}
