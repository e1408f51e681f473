/**
 * An internet on loopback whose every mail server has a fault: for each case some sites with a server each, and for each
 * site two domains, so that a session can ask about both.
 */
import { startDnsServer } from '../fake-internet/dns-server.js';
import { seededRandom } from '../fake-internet/random.js';
import type { NameRecords } from '../fake-internet/world.js';
import type { Expected, FaultCase } from './faults.js';
import { startFaultyServer, type FaultyServer, type Sightings } from './faulty-server.js';

/** Milliseconds between the bytes of a server that trickles. */
const trickleMs = 1000;

/** A running one. */
export interface FaultyInternet {
  readonly resolver: string;
  readonly smtpPort: number;
  /** Sender by sender, what must come of it. */
  readonly expected: ReadonlyMap<string, Expected>;
  /** What each server saw, and all together. */
  readonly servers: readonly Sightings[];
  readonly all: Sightings;
  close(): Promise<void>;
}

/** Starts it, with so many sites for each of the cases. */
export async function startFaultyInternet(cases: readonly FaultCase[], sites: number): Promise<FaultyInternet> {
  const names: Record<string, NameRecords> = {};
  const expected = new Map<string, Expected>();
  const servers: FaultyServer[] = [];
  const all: Sightings = { sessions: 0, open: 0, mostOpen: 0, mostRecipients: 0 };
  for (const fault of cases) {
    for (let site = 0; site < sites; site++) {
      const address = addressOf(servers.length);
      servers.push(await startFaultyServer(fault, address, servers[0]?.port ?? 0, { trickleMs, all }));
      const domain = `${fault.name}-${site}.example`;
      const host = `mx.${domain}`;
      names[host] = { a: [address] };
      names[domain] = { mx: [`10 ${host}`] };
      names[`also-${domain}`] = { mx: [`10 ${host}`] };
      for (const sender of [`ann@${domain}`, `bob@${domain}`, `cid@also-${domain}`])
        expected.set(sender, fault.expected);
    }
  }
  const dns = await startDnsServer({ names, servers: {} }, seededRandom('faults'));
  return {
    resolver: dns.address,
    smtpPort: servers[0]?.port ?? 0,
    expected,
    servers: servers.map(({ seen }) => seen),
    all,
    close: async () => {
      await Promise.all([dns, ...servers].map((server) => server.close()));
    },
  };
}

function addressOf(at: number): string {
  return `127.1.${at >> 8}.${at & 0xff}`;
}
