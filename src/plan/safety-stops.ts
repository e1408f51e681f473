/**
 * Notices when a survey should not go on: no connection comes about anywhere, or most sites refuse us rather than the
 * address. It only looks; whoever runs the survey stops it.
 */
import type { Event, Evidence } from '../verdict/evidence.js';
import { blockListsIn, ownAddressesIn } from '../verdict/refusals-of-us.js';
import type { Server } from './batch.js';
import type { Conduct } from './conduct.js';

/** Fewer sites than this prove nothing. */
const fewestSites = 10;
/** Before all has been asked it takes more: those who refuse are heard of sooner than those who answer. */
const enoughSites = 30;
/** The refusals are counted over so many sites, those heard of last: we may get listed while we ask. */
const sitesRemembered = 100;

/** Why a survey should stop, with what was seen. */
export type SafetyStop =
  | {
      readonly kind: 'no-connections';
      /** Sites tried, and what became of the connections to them. */
      readonly sites: number;
      readonly events: readonly (readonly [event: Event, sites: number])[];
    }
  | {
      readonly kind: 'refused';
      /** Sites that answered, and those of them that refused us. */
      readonly sites: number;
      readonly refusing: number;
      /** Block lists that the refusals name, most often named first, and by how many sites. */
      readonly blockLists: readonly (readonly [name: string, sites: number])[];
      /** Our addresses that the refusals name, most often named first. */
      readonly ownAddresses: readonly string[];
    };

/** Watches over one run. */
export class SafetyWatch {
  #connected = false;
  readonly #deadAddresses = new Set<string>();
  readonly #deadSites = new Map<string, Event>();
  /** The sites that answered, with the refusal of those that refused us; the one longest not heard of comes first. */
  readonly #heard = new Map<string, Evidence | null>();

  /** Whether any connection has come about. Until then nobody should be called unreachable. */
  get connected(): boolean {
    return this.#connected;
  }

  /** A connection came about. */
  sawConnection(): void {
    this.#connected = true;
  }

  /** No server of a sender was reached: this is its evidence. */
  sawUnreachable({ event, mxAddress, site }: Evidence): void {
    if (this.#connected || mxAddress === null || site === null) return;
    // Many names for one dead server are one server.
    if (this.#deadAddresses.has(mxAddress)) return;
    this.#deadAddresses.add(mxAddress);
    this.#deadSites.set(site, event);
  }

  /** A session told this of its server. */
  sawConduct({ site }: Server, conduct: Conduct): void {
    if (conduct.kind === 'untried' || conduct.kind === 'unreached') return;
    this.#connected = true;
    if (conduct.kind === 'unclear' || conduct.kind === 'unanswered' || conduct.kind === 'silent') return;
    this.#heard.delete(site);
    this.#heard.set(site, conduct.kind === 'refused' ? conduct.evidence : null);
    if (this.#heard.size > sitesRemembered) this.#heard.delete(this.#heard.keys().next().value ?? site);
  }

  /** Evidence that does not count after all: the sites that it came from were not heard. */
  forget(isVoid: (evidence: Evidence) => boolean): void {
    for (const [site, evidence] of this.#heard) if (evidence !== null && isVoid(evidence)) this.#heard.delete(site);
  }

  /** Why to stop, or, when all has been asked, why not to believe it; null where there is no reason. */
  reason(isOver: boolean): SafetyStop | null {
    const fewest = isOver ? fewestSites : enoughSites;
    if (!this.#connected) return this.#noConnections(fewest);
    const refusals = [...this.#heard.values()].filter((evidence) => evidence !== null);
    if (this.#heard.size < fewest || refusals.length * 2 <= this.#heard.size) return null;
    return {
      kind: 'refused',
      sites: this.#heard.size,
      refusing: refusals.length,
      blockLists: ranked(refusals.flatMap((evidence) => blockListsIn(evidence))),
      ownAddresses: ranked(refusals.flatMap((evidence) => ownAddressesIn(evidence))).map(([address]) => address),
    };
  }

  #noConnections(fewest: number): SafetyStop | null {
    if (this.#deadSites.size < fewest) return null;
    return { kind: 'no-connections', sites: this.#deadSites.size, events: ranked([...this.#deadSites.values()]) };
  }
}

/** Each with how often it is there, most often first. */
function ranked<T>(items: readonly T[]): readonly (readonly [item: T, times: number])[] {
  const times = new Map<T, number>();
  for (const item of items) times.set(item, (times.get(item) ?? 0) + 1);
  return [...times].toSorted(([, a], [, b]) => b - a);
}
