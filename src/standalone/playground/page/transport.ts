import { byId } from './dom.js';

/** Where the refresh token is: within the page's reach, or in a cookie that no script can read. */
export type Transport = 'body' | 'cookie';

/** What the visitor chose stands here, so that it outlives the reload that the choice needs. */
const KEY = 'baton-playground-transport';

/** @param isOffered whether the server hands out cookies */
export function chosenTransport(isOffered: boolean): Transport {
  return isOffered && localStorage.getItem(KEY) === 'cookie' ? 'cookie' : 'body';
}

/** Lets the visitor choose; a client has one transport for its life, so the page begins anew. */
export function offerTransports(isOffered: boolean, transport: Transport): void {
  const choice = byId('cookie', HTMLInputElement);
  choice.checked = transport === 'cookie';
  choice.disabled = !isOffered;
  if (!isOffered) {
    byId('about-cookie', HTMLElement).textContent =
      'This server hands out none: start it with AUTH_COOKIES=on.';
  }
  choice.addEventListener('change', () => {
    if (choice.checked) localStorage.setItem(KEY, 'cookie');
    else localStorage.removeItem(KEY);
    location.reload();
  });
  addEventListener('storage', ({ key }) => key === KEY && location.reload());
  if (transport === 'cookie') leaveOutWhatNeedsTheToken();
}

function leaveOutWhatNeedsTheToken(): void {
  for (const id of ['lose', 'race']) {
    byId(id, HTMLButtonElement).disabled = true;
    byId(`about-${id}`, HTMLElement).textContent =
      'Not with a cookie: the page would have to see the token.';
  }
}
