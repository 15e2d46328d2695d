import { DataSource } from 'typeorm';
import { dataSourceOptions } from './src/standalone/database/database.js';
import { readEnvironment } from './src/standalone/environment/environment.js';

const { DATABASE_URL, SQLITE_SYNCHRONOUS, AUTH_AUDIT } = readEnvironment(process.env);

/** The server's own data source, for the TypeORM command line: `npm run typeorm -- migration:show`. */
export default new DataSource(dataSourceOptions(DATABASE_URL, SQLITE_SYNCHRONOUS, AUTH_AUDIT));
