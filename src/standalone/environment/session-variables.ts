import * as v from 'valibot';
import { withPreset } from '../../auth/preset.js';
import { type SessionOptions, settingsSchema } from '../../options.js';

/** The variable of each rule of sessions. A rule without one does not compile; how it is checked, the option says. */
export const SESSION_VARIABLES = {
  accessTtl: 'AUTH_ACCESS_TTL',
  refreshTtl: 'AUTH_REFRESH_TTL',
  sessionTtl: 'AUTH_SESSION_TTL',
  grace: 'AUTH_GRACE',
  recovery: 'AUTH_RECOVERY',
  recoverLostWrites: 'AUTH_RECOVER_LOST_WRITES',
  boundRotation: 'AUTH_BOUND_ROTATION',
  maxRecoveries: 'AUTH_MAX_RECOVERIES',
  maxUses: 'AUTH_MAX_USES',
  maxSessions: 'AUTH_MAX_SESSIONS',
  sessionCeiling: 'AUTH_SESSION_CEILING',
  reuseScope: 'AUTH_REUSE_SCOPE',
  revocation: 'AUTH_REVOCATION',
  revocationPoll: 'AUTH_REVOCATION_POLL',
  issuer: 'AUTH_ISSUER',
  audience: 'AUTH_AUDIENCE',
} as const satisfies { readonly [Option in keyof Required<SessionOptions>]: `AUTH_${string}` };

const { entries } = settingsSchema;
const OPTIONS = v.keyof(v.object(entries)).options;
const rulesSchema = v.object(entries);

/** The rules of sessions as options of `AuthModule`, complete; durations are whole seconds. */
export type SessionRules = Readonly<v.InferOutput<typeof rulesSchema>>;

/** What is written otherwise in a variable than in an option: how it is read, and what else it takes. */
const WRITTEN: Readonly<Record<string, { read(text: string): unknown; readonly takes?: string }>> =
  {
    boolean: {
      read: (text) => (text === 'on' || text === 'off' ? text === 'on' : text),
      takes: 'takes on or off',
    },
    number: {
      read: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : text),
    },
  };

/** Reads the rules, with what `AUTH_PRESET` stands in for; `problems` has what each variable takes that cannot be used. */
export function sessionRules(env: Readonly<Record<string, string>>) {
  const problems = new Map<string, string>();
  const given = OPTIONS.map((option) => {
    const text = env[SESSION_VARIABLES[option]];
    return [option, text === undefined ? undefined : (writtenAs(option)?.read(text) ?? text)];
  });
  const preset = env['AUTH_PRESET'];
  const parsed = v.safeParse(rulesSchema, withPreset({ preset, ...Object.fromEntries(given) }));
  for (const option of OPTIONS) {
    const issue = parsed.issues?.find(({ path }) => path?.[0].key === option);
    if (issue === undefined) continue;
    problems.set(SESSION_VARIABLES[option], writtenAs(option)?.takes ?? issue.message);
  }
  return { rules: parsed.success ? parsed.output : null, problems };
}

const writtenAs = (option: keyof typeof entries) => WRITTEN[entries[option].wrapped.type];
