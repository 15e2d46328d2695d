import { EnvironmentError, readEnvironment } from './standalone/environment/environment.js';
import { runServer } from './standalone/server.js';

try {
  await runServer(readEnvironment(process.env));
} catch (error) {
  const lines =
    error instanceof EnvironmentError
      ? error.lines
      : [error instanceof Error ? error.message : String(error)];
  for (const line of lines) console.error(line);
  process.exit(1);
}
