import { createHmac } from 'node:crypto';
import { type Baton, createBaton, isBatonError } from '../../src/client/index.js';
import { CookieJar } from './cookie-jar.js';
import { Device } from './device.js';
import { Judge, OTHER_APPLICATION } from './judge.js';
import { Network } from './network.js';
import type { SimulatedServer } from './server.js';
import { Witness } from './witness.js';
import { Life, World } from './world.js';

const SERVERS = ['http://one.test', 'http://two.test'] as const;
const STEPS = 20;
const EXPIRY_MS = 880_000;
const EIGHT_DAYS_MS = 8 * 86_400_000;

interface Client {
  readonly life: Life;
  readonly server: string;
  readonly device: Device;
  readonly baton: Baton;
}

export interface Outcome {
  readonly violations: readonly string[];
  readonly trace: readonly string[];
}

/** Runs the schedule of a seed: the same seed, the same schedule. Those of even seeds are of the cookie transport. */
export async function runSchedule(seed: number, server: SimulatedServer): Promise<Outcome> {
  const { random } = Math;
  const schedule = new Schedule(seed, server);
  Math.random = () => schedule.world.random.next();
  try {
    await schedule.run();
  } finally {
    Math.random = random;
  }
  return schedule.world;
}

class Schedule {
  readonly world: World;
  private readonly network: Network;
  private readonly witness: Witness;
  private readonly judge: Judge;
  private readonly devices: Device[] = [];
  private readonly clients: Client[] = [];
  private readonly isCookie: boolean;

  constructor(seed: number, server: SimulatedServer) {
    this.world = new World(seed, server.nowMs(), server.setTime);
    this.isCookie = seed % 2 === 0;
    const isLate = this.isCookie && this.world.random.chance(0.3);
    const jar = new CookieJar(this.world, isLate);
    this.witness = new Witness(this.world);
    this.judge = new Judge(this.world, this.witness);
    this.network = new Network(this.world, server, jar, this.witness);
  }

  async run(): Promise<void> {
    const { random } = this.world;
    this.startAll();
    const isRough = random.chance(0.7);
    this.signIn(random.pick(this.clients), 'ann');
    await this.world.pass(5_000);
    for (let step = 0; step < STEPS; step += 1) {
      if (isRough) this.disturb();
      this.act();
      await this.world.pass(this.pause());
    }
    await this.calmDown();
    this.judge.judgeSessions();
  }

  private startAll(): void {
    const { random } = this.world;
    const hasLock = !this.isCookie || random.chance(0.8);
    const device = this.addDevice(hasLock);
    this.start('tab 1', SERVERS[0], device);
    this.start('tab 2', SERVERS[0], device);
    const isOther = this.isCookie && random.chance(0.3);
    this.judge.mayLoseCookie = isOther || !hasLock;
    if (isOther) this.start(OTHER_APPLICATION, SERVERS[0], this.addDevice(hasLock));
    else if (random.chance(0.3)) this.start('other server', SERVERS[1], device);
    else this.start('tab 3', SERVERS[0], device);
  }

  private addDevice(hasLock: boolean): Device {
    const device = new Device(this.world, this.isCookie ? 'cookie' : 'body', hasLock);
    this.devices.push(device);
    return device;
  }

  private start(name: string, server: string, device: Device): void {
    const life = new Life(name, this.world);
    const baton = createBaton({
      baseUrl: server,
      storage: device.storageFor(life),
      clock: life.clock,
      fetch: this.network.fetchFor(life),
      hmac: (secret, text) => createHmac('sha256', secret).update(text).digest('hex'),
      wakeOn: () => () => {},
    });
    this.clients.push({ life, server, device, baton });
    this.judge.follow(name, baton);
    baton.on('signedOut', ({ sessionId, reason }) =>
      this.judge.judgeEnd(name, device, sessionId, reason),
    );
  }

  /** Something goes wrong around the clients. */
  private disturb(): void {
    const { random } = this.world;
    this.network.trouble = random.pick([0, 0, 0.2, 0.6]);
    const failing = random.chance(0.1) ? 0.5 : 0;
    for (const device of this.devices) device.failing = failing;
    if (this.network.trouble || failing) this.judge.isCalm = false;
    const client = random.pick(this.clients);
    if (random.chance(0.1)) this.kill(client);
    else if (random.chance(0.15) && client.life.isAwake) this.freeze(client.life);
  }

  private kill(client: Client): void {
    const { life, server, device } = client;
    this.judge.isCalm = false;
    this.world.log(`${life.name} is killed and started again`);
    life.isDead = true;
    device.forget(life);
    this.clients.splice(this.clients.indexOf(client), 1);
    this.start(life.name, server, device);
  }

  private freeze(life: Life): void {
    this.judge.isCalm = false;
    this.world.log(`${life.name} is frozen`);
    life.freeze();
    this.world.after(this.world.random.between(1_000, 60_000), () => {
      this.world.log(`${life.name} goes on`);
      life.thaw();
    });
  }

  private act(): void {
    const { random } = this.world;
    const client = random.pick(this.clients);
    if (!client.life.isAwake) return;
    if (random.chance(0.12)) return this.signIn(client, random.pick(['ann', 'bob']));
    if (random.chance(0.05)) return this.signOut(client);
    const requests = random.between(1, 4);
    for (let count = 0; count < requests; count += 1) this.request(random.pick(this.clients));
  }

  private signIn({ life, baton }: Client, username: string): void {
    const mine = this.judge.noteChange();
    this.world.log(`${life.name}: signs in as ${username}`);
    const check = () => {
      const { sessionId } = baton.getState();
      const user = this.witness.sessions.get(sessionId ?? '')?.user;
      if (mine === this.judge.changes && user !== username) {
        this.world.violate(`${life.name} signed in as ${username} and is ${user}`);
      }
    };
    const report = (error: unknown) => this.world.log(`${life.name}: ${String(error)}`);
    // The password is the network's to add.
    void baton.signIn({ username, password: '' }).then(check, report);
  }

  private signOut({ life, baton }: Client): void {
    this.judge.noteChange();
    this.world.log(`${life.name}: signs out`);
    void baton.signOut();
  }

  private request({ life, baton }: Client): void {
    if (!life.isAwake) return;
    const { sessionId } = baton.getState();
    const headers = { 'x-begun-in': sessionId ?? '' };
    baton.fetch('/auth/me', { headers }).catch((error: unknown) => {
      this.world.log(`${life.name}: ${String(error)}`);
    });
  }

  private pause(): number {
    const { random } = this.world;
    if (random.chance(0.005)) {
      this.judge.hasPassedDays = true;
      return EIGHT_DAYS_MS;
    }
    if (random.chance(0.3)) return EXPIRY_MS + random.between(-30_000, 60_000);
    return random.pick([0, 5, 200, 3_000, 12_000, 70_000]);
  }

  /** When all is well again nobody is stuck. */
  private async calmDown(): Promise<void> {
    this.world.log('all is well again');
    this.network.trouble = 0;
    for (const device of this.devices) device.failing = 0;
    await this.world.pass(200_000);
    const stuck = new Set(this.clients.map(({ life }) => life.name));
    for (const { life, baton } of this.clients) {
      const settled = ({ message }: { message?: string }) => {
        stuck.delete(life.name);
        if (message) this.world.violate(`${life.name} has no token when all is well: ${message}`);
      };
      // Who stood still learns only now that others have signed in, and asks again as whoever that is.
      const tokenNow = async () => {
        try {
          return await baton.getAccessToken();
        } catch (error) {
          if (!isBatonError(error, 'session_changed')) throw error;
          return baton.getAccessToken();
        }
      };
      tokenNow().then((token) => settled(Object(token)), settled);
    }
    await this.world.pass(60_000);
    if (stuck.size) this.world.violate(`stuck: ${[...stuck].join(', ')}`);
    await Promise.all(this.clients.map(({ baton }) => baton.dispose()));
  }
}
