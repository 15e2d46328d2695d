import { z } from 'zod';

const MAX_USERNAME_CHARACTERS = 128;
const MIN_PASSWORD_BYTES = 8;
const MAX_PASSWORD_BYTES = 1024;

const bytesOf = (text: string): number => Buffer.byteLength(text, 'utf8');
const charactersOf = (text: string): number => Array.from(text).length;

/** Text without control characters and half surrogates, counted in code points as it was sent. */
export function plainText(least: 0 | 1, most: number) {
  const message = `takes a string of ${least} to ${most} characters without control characters`;
  return z
    .string({ error: message })
    .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), { error: message })
    .refine((text) => charactersOf(text) >= least && charactersOf(text) <= most, {
      error: message,
    });
}

function password(leastBytes: number) {
  const message = `takes a string of ${leastBytes} to ${MAX_PASSWORD_BYTES} bytes of UTF-8`;
  return z
    .string({ error: message })
    .refine((text) => text.isWellFormed(), { error: message })
    .refine((text) => bytesOf(text) >= leastBytes && bytesOf(text) <= MAX_PASSWORD_BYTES, {
      error: message,
    });
}

/** A user name as people may type it. */
export const usernameSchema = plainText(1, MAX_USERNAME_CHARACTERS);

/** A password that is about to be checked: whatever could ever have been set. */
export const presentedPasswordSchema = password(1);

/** A password that is about to be set. */
export const newPasswordSchema = password(MIN_PASSWORD_BYTES);
