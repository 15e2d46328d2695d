import { execFileSync } from 'node:child_process';
import {
  type PresentedState,
  type RotationPolicy,
  type SessionState,
  judge,
} from '../../src/sessions/rotation-policy.js';
import { NOW, POLICY } from '../host/judged-tokens.js';
import { describeWith, installed } from '../host/own-process.js';

const MODEL = 'docs/model/session.pml';
const SEEDS = 40;
const OWNERS_KEY = 'the thumbprint of the owner’s key';

const JUDGEMENT =
  /judge gen=(\d+) sameHash=([01]) opensSeal=([01]) rowGen=(\d+) parent=(\d+) elapsed=(-?\d+) confirmed=([01]) revoked=([01]) proof=([01]) -> (\w+)/gu;

/** What the model writes for no parent. */
const NONE = 255;

interface Judgement {
  readonly text: string;
  readonly presented: PresentedState;
  readonly session: SessionState;
  readonly decision: string;
}

/** What the model's server judged in one walk through it. */
function walk(seed: number, definitions: readonly string[]): Judgement[] {
  const sizes = ['-DTOKENS=5', '-DTICKS=3'];
  const output = execFileSync('spin', [`-n${seed}`, '-u5000', ...sizes, ...definitions, MODEL], {
    encoding: 'utf8',
  });
  const isBound = definitions.includes('-DBOUND=1');
  return Array.from(output.matchAll(JUDGEMENT), (match) => judgementIn(match, isBound));
}

function judgementIn(match: RegExpMatchArray, isBound: boolean): Judgement {
  const [text, ...fields] = match;
  const decision = fields.pop() ?? '';
  const [gen = 0, sameHash, opens, rowGen = 0, parent = 0, elapsed = 0, confirmed, revoked, proof] =
    fields.map(Number);
  return {
    text,
    decision,
    presented: {
      generation: gen,
      tokenHash: sameHash === 1 ? 'the row’s' : 'another',
      opensSeal: opens === 1,
      jkt: isBound && proof === 1 ? OWNERS_KEY : null,
      isDue: true,
    },
    session: {
      generation: rowGen,
      parentGeneration: parent === NONE ? null : parent,
      tokenHash: 'the row’s',
      rotatedAtMs: NOW - elapsed * POLICY.graceSeconds * 1000,
      confirmed: confirmed === 1,
      expiresAtMs: NOW + 1,
      revokedAtMs: revoked === 1 ? NOW : null,
      jkt: isBound ? OWNERS_KEY : null,
    },
  };
}

const STRICT: RotationPolicy = { ...POLICY, graceSeconds: 0, recovery: false };

/** Its properties are searched by `npm run model`; here the code has to agree with it. */
describeWith(
  'the policy, driven by the model (spin; test/model/install-spin)',
  installed('spin'),
  () => {
    it.each([
      ['two tabs', [], POLICY, ['replay', 'recover']],
      ['a thief', ['-DTHIEF=1'], POLICY, ['replay', 'recover', 'reuse', 'refuse']],
      ['a thief without the key', ['-DTHIEF=1', '-DKEYED=1'], POLICY, ['replay', 'reuse']],
      ['a fail-over', ['-DTABS=1', '-DFAILOVER=1', '-DKILL=1'], POLICY, ['advance']],
      ['a thief and a fail-over', ['-DTHIEF=1', '-DFAILOVER=1'], POLICY, ['reuse', 'recover']],
      [
        'strict single use',
        ['-DTHIEF=1', '-DGRACE=0', '-DRECOVERY=0'],
        STRICT,
        ['reuse', 'refuse'],
      ],
      ['a bound session', ['-DTHIEF=1', '-DBOUND=1'], POLICY, ['catchUp', 'refuse']],
    ] as const)('decides as the model does with %s', (_what, definitions, policy, kinds) => {
      const met = new Set<string>();
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        for (const { text, presented, session, decision } of walk(seed, definitions)) {
          met.add(decision);
          const { kind } = judge(presented, session, policy, NOW);
          expect(`${text} seed=${seed}, judged ${kind}`).toBe(
            `${text} seed=${seed}, judged ${decision}`,
          );
        }
      }
      expect([...met]).toEqual(expect.arrayContaining([...kinds]));
    });
  },
);
