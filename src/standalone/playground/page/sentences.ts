import type { SignedOutReason } from 'nestjs-baton/client';
import type { Tone } from './log.js';
import type { Exchange } from './network.js';
import type { Token } from './tokens.js';

/** What is to be said of something that happened. */
export interface Sentence {
  readonly tone: Tone;
  readonly text: string;
}

/** What the server did with a refresh, in one sentence. */
export function sentenceOf({ kind, lost }: Exchange, from: number, to: number): Sentence | null {
  if (lost) {
    const text = `The server handed on from ${from} to ${to}, but its answer was lost on the way.`;
    return { tone: 'warning', text };
  }
  switch (kind) {
    case 'rotated':
      return {
        tone: 'good',
        text: `Generation ${from} handed the baton on to ${to} and is spent.`,
      };
    case 'same':
      return {
        tone: 'good',
        text: `Generation ${from} came again within the grace period and got the very same successor, ${to}, byte for byte.`,
      };
    case 'another':
      return {
        tone: 'good',
        text: `Generation ${from} came back after the grace period. Nobody had used ${to - 1}, so it was withdrawn and ${to} issued instead.`,
      };
    case 'refused':
      return null;
  }
}

const ENDINGS: Record<SignedOutReason, Sentence> = {
  sign_out: { tone: 'calm', text: 'You signed out. Every token of this session is worthless now.' },
  elsewhere: { tone: 'calm', text: 'You signed out or in anew, here or in another tab.' },
  session_mismatch: { tone: 'calm', text: 'The cookie of this browser is of another session.' },
  max_uses_reached: { tone: 'calm', text: 'The session has been refreshed as often as it may be.' },
  token_expired: { tone: 'calm', text: 'The session was not used for too long and has expired.' },
  invalid_token: { tone: 'bad', text: 'The server does not know this session any more.' },
  token_reused: {
    tone: 'bad',
    text: 'token_reused: your token had already been used, and not by you. The server cannot tell who is who, so it ended the session for both.',
  },
  session_revoked: { tone: 'calm', text: 'session_revoked: this session was ended.' },
};

const REVOCATIONS = new Map<string, Sentence>([
  [
    'reuse',
    {
      tone: 'bad',
      text: 'session_revoked: because of the theft you are signed out, too. Sign in again; the thief cannot.',
    },
  ],
  ['password_changed', { tone: 'calm', text: 'session_revoked: the password was changed.' }],
  [
    'replaced',
    { tone: 'calm', text: 'session_revoked: somebody has signed in anew in this browser.' },
  ],
  ['max_sessions', { tone: 'calm', text: 'session_revoked: too many devices were signed in.' }],
]);

/** Why the session is over. */
export function ending(reason: SignedOutReason, detail = ''): Sentence {
  return REVOCATIONS.get(detail) ?? ENDINGS[reason];
}

export const THIEF_FINDS_NOTHING =
  'The thief found no refresh token: it is in a cookie, which no script can read, and none of his.';

export function isHandedOnInCookie(generation: number): string {
  return `Generation ${generation - 1} handed the baton on to ${generation}, in a cookie that the page never saw.`;
}

export function thiefHasCopied(generation: number): string {
  return `A thief has copied generation ${generation}. He now has a token as good as yours.`;
}

/** He has got what the owner has, or something of his own. */
export function thiefIsAhead({ text, generation }: Token, owned: Token | null): string {
  return text === owned?.text
    ? `Within the grace period the thief got the same successor as you, ${generation}. The next refresh gives one of you away.`
    : `The thief was first: he handed your baton on to himself, as generation ${generation}. Refresh now, and it comes to light.`;
}

/** @param isCovered whether the grace period was for the generation he came with */
export function thiefIsCaught(generation: number, code: string, isCovered: boolean): string {
  if (code !== 'token_reused') return `${code}: the thief is refused.`;
  const why = isCovered
    ? ' The grace period does not cover him: he lacks the key that your client sends along.'
    : '';
  return `token_reused: the thief came with generation ${generation}, which was spent.${why} The server ended the session.`;
}

export function thiefIsOut(generation: number, code: string): string {
  return `${code}: the thief’s generation ${generation} is worthless as well. He is out.`;
}
