/**
 * Starts a fake internet: one name server and an SMTP server at each of a world's addresses, all on loopback, all SMTP
 * on one port. Addresses of 127.0.0.0/8 need no setting up on Linux; other systems know only 127.0.0.1 of them.
 */
import net from 'node:net';
import { openBlackHoles } from './black-hole.js';
import { newTally, type Counters, type Tally } from './counters.js';
import { startDnsServer, type Distort, type DnsServer } from './dns-server.js';
import { seededRandom } from './random.js';
import { listen, smtpHost, type SmtpHost, type SmtpServer } from './smtp-server.js';
import type { World } from './world.js';

/** A running fake internet. */
export interface FakeInternet {
  /** `127.0.0.1:port`, for `--resolver`. */
  readonly resolver: string;
  /** For `--port`. */
  readonly smtpPort: number;
  readonly counters: {
    readonly all: Counters;
    /** By address; black holes have none. */
    readonly servers: ReadonlyMap<string, Counters>;
    /** By the label that servers share. */
    readonly operators: ReadonlyMap<string, Counters>;
    /** How often DNS was asked, by `MX example.org`. */
    readonly questions: ReadonlyMap<string, number>;
  };
  /** Ends every connection and listener. */
  readonly close: () => Promise<void>;
}

/** How to start it. */
export interface FakeInternetOptions {
  /** Of the latencies; 1 unless told. */
  readonly seed?: number;
  /** A free one unless told. */
  readonly smtpPort?: number;
  /** Lies of the name server; none unless told. */
  readonly distort?: Distort;
}

/** Starts the servers of a world. Rejects with the system's error where an address cannot be listened at. */
export async function startFakeInternet(world: World, options: FakeInternetOptions = {}): Promise<FakeInternet> {
  const seed = options.seed ?? 1;
  const all = newTally();
  const operators = new Map<string, Tally>();
  const mailboxes = new Map(Object.entries(world.mailboxes ?? {}));
  const hosts = new Map<string, SmtpHost>();
  for (const [address, behaviour] of Object.entries(world.servers)) {
    if (!/^127\.|^::1$/.test(address)) throw new Error(`${address} is not a loopback address`);
    if (behaviour.connect === 'black-hole') continue;
    const tallies = [all, ...operatorTally(operators, behaviour.operator)];
    hosts.set(address, smtpHost(address, behaviour, { seed, mailboxes, tallies }));
  }
  const blackHoles = Object.keys(world.servers).filter((address) => !hosts.has(address));
  const { port, servers } = await listenAll(hosts, blackHoles, options.smtpPort);
  const dns: DnsServer = await startDnsServer(world, seededRandom(`${seed} dns`), options.distort);
  return {
    resolver: dns.address,
    smtpPort: port,
    counters: {
      all,
      servers: new Map([...hosts].map(([address, host]) => [address, host.tallies[0]])),
      operators,
      questions: dns.questions,
    },
    close: async () => {
      await Promise.all([...servers, dns].map((server) => server.close()));
    },
  };
}

function operatorTally(operators: Map<string, Tally>, label: string | undefined): Tally[] {
  if (label === undefined) return [];
  const tally = operators.get(label) ?? newTally();
  operators.set(label, tally);
  return [tally];
}

/** Listens at all addresses on one port: the one asked for, or one that happens to be free at each of them. */
async function listenAll(
  hosts: ReadonlyMap<string, SmtpHost>,
  blackHoles: readonly string[],
  wantedPort = 0,
): Promise<{ port: number; servers: SmtpServer[] }> {
  for (let attempt = 1; ; attempt++) {
    const port = wantedPort === 0 ? await freePort() : wantedPort;
    const starting = [...hosts].map(([address, host]) => listen(host, address, port));
    const started = await Promise.allSettled([
      ...starting,
      ...(blackHoles.length > 0 ? [openBlackHoles(blackHoles, port)] : []),
    ]);
    const servers = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failure = started.find((result) => result.status === 'rejected');
    if (!failure) return { port, servers };
    await Promise.all(servers.map((server) => server.close()));
    const why = String(failure.reason);
    if (why.includes('EADDRNOTAVAIL')) throw new Error(`${why} (only Linux has all of 127.0.0.0/8 by itself)`);
    if (!why.includes('EADDRINUSE') || wantedPort !== 0 || attempt === 10) throw failure.reason;
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
