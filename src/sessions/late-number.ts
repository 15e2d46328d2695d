/** A value of a statement that is asked for when the statement's turn has come, and again when it is repeated. */
export class LateNumber {
  constructor(readonly now: () => number) {}
}

/** The values as they are now. */
export function settle(values: readonly unknown[]): unknown[] {
  return values.map((value) => (value instanceof LateNumber ? value.now() : value));
}
