import type { Conditions } from './conditions.js';
import { type History, type Presentation, type State, type Use, statesWithin } from './ledger.js';

interface Facts {
  readonly history: History;
  readonly uses: readonly Use[];
  readonly untilMs: number;
  /** How far the clocks of the instances may be off. */
  readonly toleranceMs: number;
}

/** One presentation in one state of its session. */
interface Look {
  readonly state: State;
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * Whether the contract lets a presentation be called a reuse ("What a refresh does", 4 and 5), at whatever moment
 * between its arrival and its answer it was judged. Told by what the ledger has seen, without the policy's code.
 */
export function mayBeReuse(
  presentation: Presentation,
  facts: Facts,
  { auth }: Conditions,
): boolean {
  const untilMs = Math.min(presentation.endedMs, facts.untilMs);
  return looksOf(presentation, facts.history, untilMs).some((look) => {
    const { row, rotatedMs } = look.state;
    const standing = standingOf(presentation, look.state);
    if (row === null || standing !== 'parent') return standing === 'spent';
    const isLate = look.untilMs + facts.toleranceMs >= rotatedMs + auth.grace * 1000;
    const isUsed = facts.uses.some(
      (use) =>
        use.sessionId === row.id &&
        use.generation === row.generation &&
        use.atMs <= look.untilMs + facts.toleranceMs,
    );
    return isLate && (isUsed || !auth.recovery);
  });
}

/**
 * Why a presentation must not be answered with a token, at whatever moment it was judged.
 *
 * @returns null when it may be
 */
export function isRefusedByTheRules(
  presentation: Presentation,
  history: History,
  { auth }: Conditions,
  toleranceMs: number,
): string | null {
  const looks = looksOf(presentation, history, presentation.endedMs);
  const whys = looks.map(({ state, fromMs }) => {
    const { row, rotatedMs } = state;
    if (row === null) return null;
    if (row.revoked_at !== null) return 'the session was revoked';
    if (row.expires_at <= fromMs - toleranceMs) return 'the session had expired';
    const standing = standingOf(presentation, state);
    if (standing === 'spent') return 'its token was spent';
    const isLate = fromMs - toleranceMs >= rotatedMs + auth.grace * 1000;
    const isConfirmed = row.confirmed_at !== null || !auth.recovery;
    return standing === 'parent' && isLate && isConfirmed ? 'its successor was confirmed' : null;
  });
  const [why = null] = whys;
  return whys.includes(null) ? null : why;
}

/**
 * What a presentation may have been judged by. Nothing from its own swap on: by that it is the parent of the live
 * token, however little it should have been let to.
 */
function looksOf(presentation: Presentation, history: History, untilMs: number): Look[] {
  const looks = statesWithin(history, presentation.arrivedMs, untilMs);
  const swapped = looks.findIndex(({ state }) => state.parent === presentation);
  return swapped === -1 ? looks : looks.slice(0, swapped);
}

function standingOf(
  { generation, hash, key }: Presentation,
  { row, parent }: State,
): 'live' | 'ahead' | 'parent' | 'spent' | 'over' {
  if (row === null || row.revoked_at !== null) return 'over';
  if (generation > row.generation) return 'ahead';
  if (generation === row.generation) return hash === row.token_hash ? 'live' : 'spent';
  const isParent = generation === row.parent_generation && hash === parent?.hash;
  return isParent && key === parent?.key ? 'parent' : 'spent';
}
