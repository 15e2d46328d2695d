import { type Baton, type Credentials, isBatonError } from 'nestjs-baton/client';
import { byId } from './dom.js';
import { deviceName } from './settings.js';

/** Signing in and up. */
export interface Entrance {
  /** Who signed in on this page; null after a reload. */
  readonly credentials: Credentials | null;
  show(isSignedIn: boolean): void;
}

export function createEntrance(baton: Baton, registration: boolean): Entrance {
  const error = byId('form-error', HTMLElement);
  const firstStep = registration ? 'guest' : 'username';
  let credentials: Credentials | null = null;

  const enter = async (given: Credentials, isNew: boolean) => {
    error.textContent = '';
    try {
      if (isNew) await register(baton, given);
      credentials = given;
      await baton.signIn(given);
    } catch (caught) {
      error.textContent = reasonOf(caught);
    }
  };

  byId('device', HTMLInputElement).value = deviceName();
  const form = byId('credentials', HTMLFormElement);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void enter(written(), false);
  });
  byId('sign-up', HTMLButtonElement).addEventListener('click', () => {
    if (form.reportValidity()) void enter(written(), true);
  });
  byId('guest', HTMLButtonElement).addEventListener('click', () => void enter(guest(), true));
  for (const id of ['sign-up', 'as-guest']) byId(id, HTMLElement).hidden = !registration;

  return {
    get credentials() {
      return credentials;
    },
    show(isSignedIn) {
      const section = byId('signed-out', HTMLElement);
      const isLost = document.activeElement?.closest('#signed-out, [hidden], :disabled') !== null;
      section.hidden = isSignedIn;
      if (!isSignedIn) byId('password', HTMLInputElement).value = '';
      if (!isSignedIn) credentials = null;
      // Who used the keyboard goes on from where the next thing is to be done.
      if (isLost)
        byId(isSignedIn ? 'refresh' : firstStep, HTMLElement).focus({ preventScroll: true });
    },
  };
}

const valueOf = (id: string): string => byId(id, HTMLInputElement).value;

function written(): Credentials {
  const device = valueOf('device') || deviceName();
  return { username: valueOf('username'), password: valueOf('password'), device_name: device };
}

function guest(): Credentials {
  const [name = 0, ...secret] = crypto.getRandomValues(new Uint32Array(5));
  return {
    username: `guest-${name.toString(36)}`,
    password: secret.map((part) => part.toString(36)).join('-'),
    device_name: deviceName(),
  };
}

/** @throws Error with the server's sentence */
async function register(baton: Baton, { username, password }: Credentials): Promise<void> {
  const response = await baton.fetch('/users', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  });
  if (response.ok) return;
  const body: unknown = await response.json();
  throw new Error(String(Object(body).error_description));
}

/** Only the server's own sentences say more than that it did not answer. */
function reasonOf(error: unknown): string {
  const isSilence = isBatonError(error) ? !error.details.serverCode : error instanceof TypeError;
  return error instanceof Error && !isSilence ? error.message : 'The server did not answer.';
}
