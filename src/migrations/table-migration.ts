import { type DataSource, type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { MYSQL_ENGINE } from '../mysql-table.js';
import type { ColumnKind } from './column-kinds.js';

/** A column: the property of the entity, and the name that the entity gives it where it gives one. */
export type ColumnNames = readonly [property: string, given?: string];

/** A kind of table that migrations here make. */
export interface TableKind {
  /** What it is called where nobody names another. */
  readonly table: string;
  /** The class of that table's entity; that of another table is called as the table is. */
  readonly entity: string;
  /** Only tables of this kind have columns by these names. */
  readonly ours: readonly ColumnNames[];
  /** What the tables hold, and what to do where the host has one of that name for something else. */
  readonly holds: string;
  readonly advice: string;
}

/** A step of the schema of one table. */
export abstract class TableMigration implements MigrationInterface {
  /** Under this name, which ends with its time, TypeORM notes that it was run. */
  abstract readonly name: string;

  /** @param givenTable as it is given to the entity: prefixes and naming strategies are applied to it */
  constructor(
    private readonly kind: TableKind,
    private readonly givenTable: string = kind.table,
  ) {}

  abstract up(queryRunner: QueryRunner): Promise<void>;
  abstract down(queryRunner: QueryRunner): Promise<void>;

  protected namesIn({ connection }: QueryRunner): TableNames {
    return new TableNames(connection, this.kind, this.givenTable);
  }

  /**
   * The table as it is, of whichever release; `undefined` when there is none.
   *
   * @throws Error when the host has a table of that name for something else
   */
  protected async tableIn(queryRunner: QueryRunner, names: TableNames): Promise<Table | undefined> {
    const table = await queryRunner.getTable(names.table);
    if (table === undefined || names.isOurs(table)) return table;
    const { holds, advice } = this.kind;
    throw new Error(
      `There is a table ${names.table} already that holds no ${holds} of nestjs-baton, and it was left as it is. ${advice}`,
    );
  }

  /** Makes the table. One of ours that is there already was made by `synchronize`, or by another instance just now. */
  protected async createOurs(
    queryRunner: QueryRunner,
    columns: readonly (readonly [ColumnNames, ColumnKind])[],
    indices: readonly (readonly ColumnNames[])[],
  ): Promise<void> {
    const names = this.namesIn(queryRunner);
    if ((await this.tableIn(queryRunner, names)) !== undefined) return;
    const table = new Table({
      name: names.table,
      engine: MYSQL_ENGINE,
      columns: columns.map(([column, kind]) => ({ name: names.column(column), ...kind })),
      indices: indices.map((indexed) => ({
        name: names.index(...indexed),
        columnNames: indexed.map((column) => names.column(column)),
      })),
    });
    await queryRunner.createTable(table, true);
  }

  /** Drops the table if it is one that was made here: never one that the host had before. */
  protected async dropOurs(queryRunner: QueryRunner): Promise<void> {
    const names = this.namesIn(queryRunner);
    const table = await queryRunner.getTable(names.table);
    if (table !== undefined && names.isOurs(table)) await queryRunner.dropTable(table);
  }
}

/** How one data source names a table and what is in it: as TypeORM does for the entity. */
export class TableNames {
  readonly table: string;

  constructor(
    private readonly dataSource: Pick<DataSource, 'namingStrategy' | 'options'>,
    private readonly kind: TableKind,
    givenTable: string,
  ) {
    const { namingStrategy, options } = dataSource;
    const entity = givenTable === kind.table ? kind.entity : givenTable;
    const table = namingStrategy.tableName(entity, givenTable);
    this.table = options.entityPrefix
      ? namingStrategy.prefixTableName(options.entityPrefix, table)
      : table;
  }

  column([property, given]: ColumnNames): string {
    return this.dataSource.namingStrategy.columnName(property, given, []);
  }

  index(...columns: readonly ColumnNames[]): string {
    const names = columns.map((column) => this.column(column));
    return this.dataSource.namingStrategy.indexName(this.table, names);
  }

  /** Whether a table is one of this kind, and not something that the host had before. */
  isOurs({ columns }: Table): boolean {
    const there = new Set(columns.map(({ name }) => name));
    return this.kind.ours.every((column) => there.has(this.column(column)));
  }
}
