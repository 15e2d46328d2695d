import { OwnMariadb } from './own-mariadb.js';
import { describeWithOwn, freePort, installed } from './own-process.js';

const PROVIDER = installed('libgalera_smm.so', ['/usr/lib/galera', '/usr/lib64/galera-4']);

/** Describes a suite that starts a Galera cluster, where it is installed (`test/cluster/install`). */
export function describeWithOwnGalera(suite: () => void): void {
  describeWithOwn('Galera', PROVIDER, suite);
}

/** A cluster of MariaDB servers of the test's own, each of which takes writes. The first one has begun it. */
export async function startOwnGalera(size: number): Promise<OwnMariadb[]> {
  const ports = await Promise.all(Array.from({ length: size }, () => freePort()));
  const all = ports.map((port) => `127.0.0.1:${port}`).join(',');
  const flags = await Promise.all(ports.map((port) => flagsOf(port, all)));
  const [begins = [], ...joins] = flags;
  const nodes = [await OwnMariadb.start(begins, '--wsrep-new-cluster')];
  for (const joining of joins) {
    const node = await OwnMariadb.empty(joining);
    await node.startAgain();
    nodes.push(node);
  }
  return nodes;
}

/** @param port where it hears the others @param all the addresses of the nodes */
async function flagsOf(port: number, all: string): Promise<string[]> {
  const [transferPort, catchUpPort] = [await freePort(), await freePort()];
  const provider = [
    `gmcast.listen_addr=tcp://127.0.0.1:${port}`,
    `ist.recv_addr=127.0.0.1:${catchUpPort}`,
    'gcache.size=16M',
    // A node that was killed comes back as another one, and need not wait for who it was to be forgotten.
    'pc.recovery=false',
  ];
  return [
    '--wsrep-on=ON',
    `--wsrep-provider=${PROVIDER}`,
    `--wsrep-provider-options=${provider.join(';')}`,
    `--wsrep-cluster-address=gcomm://${all}`,
    '--wsrep-node-address=127.0.0.1',
    '--wsrep-sst-method=rsync',
    `--wsrep-sst-receive-address=127.0.0.1:${transferPort}`,
    '--binlog-format=ROW',
    '--innodb-autoinc-lock-mode=2',
  ];
}
