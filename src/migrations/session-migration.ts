import type { DataSource, MigrationInterface, QueryRunner, Table } from 'typeorm';

/** A step of the schema of one table of sessions. */
export abstract class SessionMigration implements MigrationInterface {
  /** Under this name, which ends with its time, TypeORM notes that it was run. */
  abstract readonly name: string;

  /** @param givenTable as it is given to the entity: prefixes and naming strategies are applied to it */
  constructor(private readonly givenTable: string = DEFAULT_TABLE) {}

  abstract up(queryRunner: QueryRunner): Promise<void>;
  abstract down(queryRunner: QueryRunner): Promise<void>;

  protected namesIn({ connection }: QueryRunner): SessionNames {
    return new SessionNames(connection, this.givenTable);
  }

  /**
   * The table as it is, of whichever release; `undefined` when there is none.
   *
   * @throws Error when the host has a table of that name for something else
   */
  protected async tableIn(
    queryRunner: QueryRunner,
    names: SessionNames,
  ): Promise<Table | undefined> {
    const table = await queryRunner.getTable(names.table);
    if (table === undefined || isOurs(table, names)) return table;
    throw new Error(
      `There is a table ${names.table} already that holds no sessions of nestjs-baton, and it was left as it is. ` +
        'Keep the sessions in another one: AuthModule.forRoot({ table: … }) and refreshTokenMigrations(…), see docs/databases.md',
    );
  }
}

/** What the table is called where nobody names another. */
const DEFAULT_TABLE = 'refresh_tokens';
/** The class of the default table's entity; that of another table is called as the table is. */
const DEFAULT_ENTITY = 'RefreshToken';

/** A column: the property of the entity, and the name that the entity gives it where it gives one. */
export type ColumnNames = readonly [property: string, given?: string];

/** Only we have columns by these names. */
const OURS: readonly ColumnNames[] = [
  ['parentGeneration', 'parent_generation'],
  ['sealedSuccessor', 'sealed_successor'],
];

/** How one data source names the table of sessions and what is in it: as TypeORM does for the entity. */
export class SessionNames {
  readonly table: string;

  constructor(
    private readonly dataSource: Pick<DataSource, 'namingStrategy' | 'options'>,
    givenTable: string,
  ) {
    const { namingStrategy, options } = dataSource;
    const entity = givenTable === DEFAULT_TABLE ? DEFAULT_ENTITY : givenTable;
    const table = namingStrategy.tableName(entity, givenTable);
    this.table = options.entityPrefix
      ? namingStrategy.prefixTableName(options.entityPrefix, table)
      : table;
  }

  column([property, given]: ColumnNames): string {
    return this.dataSource.namingStrategy.columnName(property, given, []);
  }

  index(column: ColumnNames): string {
    return this.dataSource.namingStrategy.indexName(this.table, [this.column(column)]);
  }
}

/** Whether a table is one of sessions, and not something that the host had before. */
export function isOurs({ columns }: Table, names: SessionNames): boolean {
  const there = new Set(columns.map(({ name }) => name));
  return OURS.every((column) => there.has(names.column(column)));
}
