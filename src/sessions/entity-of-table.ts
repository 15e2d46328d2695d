import { Entity } from 'typeorm';
import { MYSQL_ENGINE } from '../mysql-table.js';
import { RefreshToken } from './refresh-token.entity.js';

/** The class of an entity. */
type EntityClass<Row extends object> = new () => Row;

/** The entities of tables of one kind, the same one each time a table is named. */
export class EntitiesOfTables<Row extends object> {
  private readonly entities: Map<string, EntityClass<Row>>;

  /**
   * @param base the entity of `table`
   * @param derive makes another class of the same columns
   * @param option what names a table, for whoever gave another thing than a name
   */
  constructor(
    table: string,
    base: EntityClass<Row>,
    private readonly derive: () => EntityClass<Row>,
    private readonly option: string,
  ) {
    this.entities = new Map([[table, base]]);
  }

  /** @throws TypeError when it is not the name of a table */
  of(table: string): EntityClass<Row> {
    const known = this.entities.get(table);
    if (known !== undefined) return known;
    if (!/^[^.\0]+$/.test(table)) {
      throw new TypeError(`${this.option} takes a name, without its schema`);
    }
    const entity = this.derive();
    // By this name naming strategies know it that go by the class.
    Object.defineProperty(entity, 'name', { value: table });
    Entity(table, { engine: MYSQL_ENGINE })(entity);
    this.entities.set(table, entity);
    return entity;
  }
}

const sessions = new EntitiesOfTables(
  'refresh_tokens',
  RefreshToken,
  () => class extends RefreshToken {},
  'table',
);

/**
 * The entity of the sessions in a table, the same one each time: for `entities` of a data source without
 * `autoLoadEntities`, and for `getRepository`.
 *
 * @param table the same as the `table` of `AuthModule`
 * @throws TypeError when it is not the name of a table
 */
export function refreshTokenEntity(table: string): typeof RefreshToken {
  return sessions.of(table);
}
