import { Entity } from 'typeorm';
import { MYSQL_ENGINE } from '../mysql-table.js';
import { RefreshToken } from './refresh-token.entity.js';

const entities = new Map<string, typeof RefreshToken>([['refresh_tokens', RefreshToken]]);

/**
 * The entity of the sessions in a table, the same one each time: for `entities` of a data source without
 * `autoLoadEntities`, and for `getRepository`.
 *
 * @param table the same as the `table` of `AuthModule`
 * @throws TypeError when it is not the name of a table
 */
export function refreshTokenEntity(table: string): typeof RefreshToken {
  const known = entities.get(table);
  if (known !== undefined) return known;
  if (!/^[^.\0]+$/.test(table)) throw new TypeError('table takes a name, without its schema');
  const entity = class extends RefreshToken {};
  // By this name naming strategies know it that go by the class.
  Object.defineProperty(entity, 'name', { value: table });
  Entity(table, { engine: MYSQL_ENGINE })(entity);
  entities.set(table, entity);
  return entity;
}
