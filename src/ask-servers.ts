/**
 * The network side of a run, put together from its stages: names to servers, a batch to its report. Shared by
 * `survey`, which asks many, and `probe`, which shows one.
 */
import { isIPv4 } from 'node:net';
import { createMailServerFinder, type MailServerFinder } from './exchangers/find-mail-servers.js';
import type { NetworkGuard } from './exchangers/forbidden-networks.js';
import type { MailServers } from './exchangers/mail-servers.js';
import { createDnsResolver } from './exchangers/resolver.js';
import { watchAnswers, type WatchedAnswer } from './exchangers/watch-answers.js';
import type { Batch, BatchReport, RankedServer } from './plan/planner.js';
import { siteOf } from './plan/site.js';
import type { Clock } from './clock.js';
import { ServerMemory } from './probe/server-memory.js';
import { probeBatch } from './probe/session.js';
import type { ProbeSettings } from './probe/settings.js';
import { connectTcp, type Connector } from './probe/smtp/connect.js';
import type { TraceListeners } from './probe/trace.js';
import type { Event, Evidence } from './verdict/evidence.js';

/** How servers are found and asked. */
export interface ProbingSettings {
  readonly probe: Omit<ProbeSettings, 'sourceAddress'>;
  /** Local addresses used in turn; none leaves the choice to the system. */
  readonly sourceAddresses: readonly string[];
  /** DNS servers as `IP` or `IP:PORT`; none means the system's. */
  readonly resolvers: readonly string[];
  readonly ipVersion: 'any' | '4' | '6';
  readonly guard: NetworkGuard;
}

/** What asking needs from the world around it. */
export interface ProbeWorld {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Ends the run gracefully: sessions under way say QUIT, no new one is started. */
  readonly signal: AbortSignal;
  readonly listeners: TraceListeners;
  /** Told of each connection that comes about. */
  readonly connected?: () => void;
}

/** The way from a domain to its mail servers; `tell` is called with each answer of DNS. */
export function createFinder(
  settings: ProbingSettings,
  world: ProbeWorld,
  tell?: (answer: WatchedAnswer) => void,
): MailServerFinder {
  const silent = createDnsResolver({ servers: settings.resolvers });
  world.signal.addEventListener('abort', () => silent.cancel(), { once: true });
  const resolver = tell === undefined ? silent : watchAnswers(silent, tell);
  const { guard, ipVersion } = settings;
  return createMailServerFinder({ resolver, guard, ipVersion, random: world.random, clock: world.clock.now });
}

/** The way from a batch to its report: one session from here. */
export function createAsker(
  settings: Pick<ProbingSettings, 'probe' | 'sourceAddresses' | 'guard'>,
  world: ProbeWorld & { readonly memory?: ServerMemory },
): (batch: Batch) => Promise<BatchReport> {
  const nextSource = takeInTurn(settings.sourceAddresses);
  const dependencies = {
    ...world.listeners,
    connect: world.connected === undefined ? connectTcp : announcing(world.connected),
    now: world.clock.now,
    isForbidden: (address: string) => settings.guard.isForbidden(address),
    random: world.random,
    memory: world.memory ?? new ServerMemory(),
  };
  return (batch) => {
    const sourceAddress = nextSource(batch.server.address);
    return probeBatch(batch, { sourceAddress, ...settings.probe }, dependencies, world.signal);
  };
}

/** Connects, and tells when that has come about. */
function announcing(connected: () => void): Connector {
  return (target) => connectTcp(target).once('connect', connected);
}

/** Gives the addresses in turn, those of the IP version of the server; null where there are none. */
export function takeInTurn(addresses: readonly string[]): (server: string) => string | null {
  const [next4, next6] = [rotation(addresses, true), rotation(addresses, false)];
  return (server) => (isIPv4(server) ? next4() : next6());
}

function rotation(addresses: readonly string[], ipv4: boolean): () => string | null {
  const usable = addresses.filter((address) => isIPv4(address) === ipv4);
  let turn = 0;
  return () => usable[turn++ % usable.length] ?? null;
}

/**
 * Every address of every exchanger, in the order in which to try them, with the site it belongs to. Equal are those of
 * the same preference; a host's other IP version comes after the one that it is tried by first.
 */
export function serversToTry(found: MailServers & { kind: 'servers' }): RankedServer[] {
  // Counted, so that domains share a route whatever numbers their MX records have.
  let [level, before] = [-1, -1];
  return found.servers.flatMap(({ host, preference, addresses }) => {
    if (preference !== before) level += 1;
    before = preference;
    return addresses.map((address) => {
      const isOtherVersion = isIPv4(address) !== isIPv4(addresses[0] ?? address);
      return { host, address, site: siteOf(host, address), rank: 2 * level + (isOtherVersion ? 1 : 0) };
    });
  });
}

/** What DNS said, as evidence about every sender of the domain. */
export function evidenceOfDns(found: { readonly event: Event; readonly detail: string }, checkedAt: number): Evidence {
  return {
    event: found.event,
    stage: 'dns',
    replyCode: null,
    enhancedCode: null,
    replyText: found.detail,
    mxHost: null,
    mxAddress: null,
    site: null,
    catchAll: null,
    checkedAt,
    durationMs: 0,
    attempts: 0,
  };
}
