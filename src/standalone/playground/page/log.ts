import { html } from './dom.js';

/** How an event is to be taken. */
export type Tone = 'good' | 'calm' | 'warning' | 'bad';

const MOST_LINES = 60;

/** Adds one plain sentence to what happened, the newest first. */
export type Log = (tone: Tone, sentence: string) => void;

export function createLog(list: HTMLOListElement): Log {
  return (tone, sentence) => {
    const now = new Date();
    const time = html('time', { datetime: now.toISOString() }, now.toLocaleTimeString());
    list.prepend(html('li', { class: tone }, time, html('span', {}, sentence)));
    while (list.children.length > MOST_LINES) list.lastElementChild?.remove();
  };
}
