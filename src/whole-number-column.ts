import type { ValueTransformer } from 'typeorm';

/**
 * For columns of whole numbers, which come back as text or as BigInt from some drivers, and from others where the host
 * wants them so. Unix milliseconds fit a number until the year 287396.
 */
export const wholeNumberColumn: ValueTransformer = {
  to: (value: unknown) => value,
  from: (value: string | number | bigint | null) => (value === null ? null : Number(value)),
};
