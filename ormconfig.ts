import { DataSource } from 'typeorm';
import { dataSourceOptions } from './src/standalone/database.js';
import { readEnvironment } from './src/standalone/environment.js';

/** The server's own data source, for the TypeORM command line: `npm run typeorm -- migration:show`. */
export default new DataSource(dataSourceOptions(readEnvironment(process.env).DATABASE_URL));
