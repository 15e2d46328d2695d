import { createSecretKey } from 'node:crypto';
import { TurnedClock } from '../../../test/host/turned-clock.js';
import { DpopNonces } from './nonces.js';

const WINDOW_SECONDS = 120;
const SECRET = createSecretKey(Buffer.from('the refresh secret, 32 bytes or more'));
const OTHER_SECRET = createSecretKey(Buffer.from('another refresh secret of 32 bytes.'));

/** At the beginning of a window. */
const clockOfAWindow = () => new TurnedClock(120_000 * 14_726_880);

describe('a nonce', () => {
  it('is handed out for two minutes, and taken for two more', () => {
    const clock = clockOfAWindow();
    const nonces = new DpopNonces(SECRET, clock);
    const first = nonces.current;
    clock.turn(WINDOW_SECONDS - 0.001);
    expect(nonces.current).toBe(first);
    clock.turn(0.001);
    const second = nonces.current;
    expect(second).not.toBe(first);
    expect([first, second].map((nonce) => nonces.accepts(nonce))).toEqual([true, true]);
    clock.turn(WINDOW_SECONDS - 0.001);
    expect(nonces.accepts(first)).toBe(true);
    clock.turn(0.001);
    expect([first, second].map((nonce) => nonces.accepts(nonce))).toEqual([false, true]);
  });

  it('of the next window is not taken before it comes', () => {
    const clock = clockOfAWindow();
    const nonces = new DpopNonces(SECRET, clock);
    clock.turn(WINDOW_SECONDS);
    const later = nonces.current;
    clock.turn(-WINDOW_SECONDS);
    expect(nonces.accepts(later)).toBe(false);
  });

  it('is the same on every instance that has the secret, and on no other', () => {
    const [one, other, stranger] = [SECRET, SECRET, OTHER_SECRET].map(
      (secret) => new DpopNonces(secret, clockOfAWindow()),
    );
    expect(one?.current).toBe(other?.current);
    expect(one?.current).not.toBe(stranger?.current);
    expect(one?.accepts(stranger?.current)).toBe(false);
  });

  it.each([undefined, '', 'anything'])('is not %p', (nonce) => {
    expect(new DpopNonces(SECRET, clockOfAWindow()).accepts(nonce)).toBe(false);
  });

  it('tells nothing: 256 bits in base64url', () => {
    expect(new DpopNonces(SECRET, clockOfAWindow()).current).toMatch(/^[\w-]{43}$/);
  });
});
