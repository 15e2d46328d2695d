import type { Switchboard } from '../host/switchboard.js';
import { SECRETS } from '../standalone/secrets.js';
import {
  type ServerProcess,
  type Variables,
  startServer,
  temporaryFolder,
} from '../standalone/server-process.js';

/** All clients have one address here, and none of them guesses passwords. */
const SETTINGS = {
  ...SECRETS,
  AUTH_LOGIN_ATTEMPTS: '100000',
  AUTH_DOCS: 'off',
  AUTH_PLAYGROUND: 'off',
  NO_COLOR: '1',
};

/** The server processes of one scenario. */
export class Fleet {
  private constructor(
    private readonly start: (instance: number, program?: string) => Promise<ServerProcess>,
    private readonly instances: ServerProcess[],
  ) {}

  /** Starts an instance with each of these, all with the same secrets. @param program other than the built server */
  static async on(variables: readonly Variables[], program?: string): Promise<Fleet> {
    const folder = await temporaryFolder();
    const start = (instance: number, itsProgram?: string) => {
      const its = { ...SETTINGS, ...variables[instance] };
      return startServer(its, folder, itsProgram === undefined ? undefined : [itsProgram]);
    };
    const started = variables.map((_, instance) => start(instance, program));
    return new Fleet(start, await Promise.all(started));
  }

  get size(): number {
    return this.instances.length;
  }

  /** One of them, as a load balancer chooses. */
  any(): number {
    return Math.floor(Math.random() * this.size);
  }

  url(instance: number): string {
    return this.at(instance).url;
  }

  /** Ends an instance as a power cut does. */
  async kill(instance: number): Promise<void> {
    await this.at(instance).stop('SIGKILL');
  }

  async startAgain(instance: number): Promise<void> {
    this.instances[instance] = await this.start(instance);
  }

  /** Stops an instance in order, and starts another program in its place. */
  async replace(instance: number, program: string): Promise<void> {
    await this.at(instance).stop();
    this.instances[instance] = await this.start(instance, program);
  }

  /** The last that the instances have complained of. */
  complaints(): string[] {
    return this.instances.map((server, instance) => {
      const complaints = server
        .output()
        .split('\n')
        .filter((line) => /WARN|ERROR/.test(line));
      return [`instance ${instance}:`, ...complaints.slice(-10)].join('\n');
    });
  }

  private at(instance: number): ServerProcess {
    const server = this.instances[instance];
    if (server === undefined) throw new Error(`There is no instance ${instance}`);
    return server;
  }
}

/** The address of a database, by way of a line. */
export function by(line: Switchboard, databaseUrl: string): string {
  const address = new URL(databaseUrl);
  address.port = String(line.port);
  return address.href;
}
