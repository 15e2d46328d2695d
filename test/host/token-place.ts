import type { TokenPlace } from '../../src/tokens/token-place.js';

/** When the tokens below are issued. */
export const NOW_SECONDS = 1_767_225_600;

/** The place of a token in the tests of the codecs. */
export const PLACE: TokenPlace = {
  userId: 'ann',
  /** Opened just now, as its first 48 bits say. */
  sessionId: '019b76da-a800-7000-8000-000000000000',
  generation: 3,
  sessionEndsAtSeconds: NOW_SECONDS + 2_592_000,
  jkt: null,
};
