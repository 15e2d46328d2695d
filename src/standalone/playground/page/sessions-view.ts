import type { SessionBody } from '../../../wire.js';
import { html } from './dom.js';

/** Shows the sessions. What has not changed is left alone, so that the focus stays where it is. */
export function showSessions(
  list: HTMLUListElement,
  sessions: readonly SessionBody[],
  end: (session: SessionBody) => void,
): void {
  const shown = JSON.stringify(sessions);
  if (list.dataset['shown'] === shown) return;
  const focused = document.activeElement?.closest('li')?.dataset['id'];
  list.dataset['shown'] = shown;
  list.replaceChildren(...sessions.map((session) => item(session, end)));
  list.querySelector<HTMLElement>(`[data-id="${focused}"] button`)?.focus();
}

const time = (iso: string): string => new Date(iso).toLocaleTimeString();

function item(session: SessionBody, end: (session: SessionBody) => void): HTMLLIElement {
  const { id, current, device_name: device, ip, created_at, last_used_at } = session;
  const name = device ?? 'A device without a name';
  const button = html('button', { type: 'button', class: 'quiet' }, 'End');
  button.ariaLabel = `End ${name}${current ? ', this device' : ''}`;
  button.addEventListener('click', () => end(session));
  const facts = [ip ?? '', `since ${time(created_at)}`, `handed on ${time(last_used_at)}`];
  return html(
    'li',
    { 'data-id': id },
    html(
      'div',
      {},
      html('strong', {}, name),
      ...(current ? [' ', html('span', { class: 'tag' }, 'this device')] : []),
      html('small', {}, facts.filter(Boolean).join(' · ')),
    ),
    button,
  );
}
