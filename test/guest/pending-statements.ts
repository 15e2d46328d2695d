import type { DataSource } from 'typeorm';

/** What `synchronize` would do to the tables now. */
export async function pendingStatements(dataSource: DataSource): Promise<string[]> {
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  return upQueries.map(({ query }) => query);
}
