import * as v from 'valibot';
import { oneOf } from '../../options.js';
import { objectWith } from '../has-methods.js';
import type { DpopReplays } from './replay-memory.js';

/** Sessions that are bound to a key of their holder's: see docs/dpop.md. */
export interface DpopOptions {
  /**
   * Whether a login with a DPoP proof opens a session that is bound to the proof's key; `required` refuses a login
   * without one. What is bound stays bound, whatever this says later. @default 'off'
   */
  readonly dpop?: 'off' | 'allowed' | 'required' | undefined;
  /**
   * Whether proofs have to be made with a nonce of the server's, so that none can be made in advance. It costs each
   * client one more request every few minutes. @default false
   */
  readonly dpopNonce?: boolean | undefined;
  /**
   * Where clients find the application, such as `https://api.example.com`, or with the path that a proxy takes away:
   * what a proof's `htu` begins with. @default the scheme and host of the request, as the platform sees them
   */
  readonly publicUrl?: string | undefined;
  /** Remembers used proofs for all instances, beside the memory that each has. @default none */
  readonly dpopReplays?: DpopReplays | undefined;
}

/** {@link DpopOptions}, complete. */
export interface DpopSettings extends Required<Pick<DpopOptions, 'dpopNonce'>> {
  readonly dpop: 'off' | 'allowed' | 'required';
  /** Without a slash at its end; null where the request says it. */
  readonly publicUrl: string | null;
  readonly dpopReplays?: DpopReplays | undefined;
}

/** What `publicUrl` takes: where a path of the application can be appended. */
export const publicUrl = v.pipe(
  v.string(),
  v.check(isBase, 'takes a URL such as https://api.example.com, without query and fragment'),
  v.transform((url) => url.replace(/\/+$/, '')),
);

/** What `dpop` takes. */
export const dpopWords = ['off', 'allowed', 'required'] as const;

/** The schemas of {@link DpopOptions}, one for each. */
export const dpopEntries = {
  dpop: v.optional(oneOf(dpopWords), 'off'),
  dpopNonce: v.optional(v.boolean('takes true or false'), false),
  publicUrl: v.optional(publicUrl),
  dpopReplays: v.optional(objectWith<DpopReplays>('claim')),
};

/** @param options of which the others are left alone */
export function dpopSettings(options: DpopOptions): DpopSettings {
  const { publicUrl: base = null, ...rest } = v.parse(v.object(dpopEntries), options);
  return { ...rest, publicUrl: base };
}

function isBase(url: string): boolean {
  return /^https?:\/\/[^?#@]+$/.test(url) && URL.canParse(url);
}
