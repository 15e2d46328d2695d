/** What a session's row says of the tokens that recoveries have withdrawn. */
export interface WithdrawalState {
  readonly generation: number;
  readonly parentGeneration: number | null;
  /** Generations that were withdrawn, as {@link withdraw} writes them; null when none was. */
  readonly withdrawnGenerations: string | null;
}

/** The oldest are forgotten: a range takes two refreshes and a grace period, and a token ends. */
const RANGES_KEPT = 10;

/**
 * Whether the token of a generation was taken back, because it seemed that nobody had received it. Whoever
 * uses it all the same shows that two parties hold the session.
 */
export function isWithdrawn(generation: number, session: WithdrawalState): boolean {
  const { parentGeneration, withdrawnGenerations } = session;
  const isAfterParent = parentGeneration !== null && generation > parentGeneration;
  if (isAfterParent && generation < session.generation) return true;
  return rangesIn(withdrawnGenerations).some(
    ([first = Number.NaN, last = Number.NaN]) => generation >= first && generation <= last,
  );
}

/**
 * How many times in a row the parent has come back for another successor: each withdraws one, and the
 * ordinary rotation that ends the row leaves its parent right behind it.
 */
export function recoveriesInARow({
  generation,
  parentGeneration,
}: Omit<WithdrawalState, 'withdrawnGenerations'>): number {
  return parentGeneration === null ? 0 : generation - parentGeneration - 1;
}

/** Takes the live token back as well. @returns the generations withdrawn by then: ranges such as `1-2,5-5` */
export function withdraw({
  generation,
  parentGeneration,
  withdrawnGenerations,
}: WithdrawalState): string {
  const first = (parentGeneration ?? generation - 1) + 1;
  const earlier = rangesIn(withdrawnGenerations).filter(([start = first]) => start < first);
  return [...earlier.map((range) => range.join('-')), `${first}-${generation}`]
    .slice(-RANGES_KEPT)
    .join(',');
}

function rangesIn(withdrawn: string | null): number[][] {
  if (withdrawn === null) return [];
  return withdrawn.split(',').map((range) => range.split('-').map(Number));
}
