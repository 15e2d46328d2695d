import type { TableColumnOptions } from 'typeorm';

/** A column but for its name, in words that every supported database understands. */
export type ColumnKind = Omit<TableColumnOptions, 'name'>;

export const text = (length: number): ColumnKind => ({ type: 'varchar', length: String(length) });

/** As TypeORM spells the entity's `int` on SQLite: with another word `synchronize` would rebuild the table. */
export const INT: ColumnKind = { type: 'integer' };

/** Unix milliseconds. */
export const TIME: ColumnKind = { type: 'bigint' };

export const orNull = (kind: ColumnKind): ColumnKind => ({ ...kind, isNullable: true });
