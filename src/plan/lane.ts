/**
 * The domains that share the same servers. They differ at most in the order in which to try them (exchangers of equal
 * preference are shuffled for each), so one session can ask about several of them.
 */
import type { Evidence } from '../verdict/evidence.js';
import type { Recipient, Server } from './batch.js';
import { Fifo } from './fifo.js';
import { isSameRoute, openEquals, type Bar, type RankedServer, type Route } from './route.js';
import type { Work } from './station.js';

/** Gives the next senders of a domain that it has not given before, `count` at most; an empty list where none is left. */
export type LoadRecipients = (domainId: number, count: number) => readonly Recipient[];

interface Domain {
  readonly id: number;
  /** Known once the first of its senders were loaded. */
  name: string | null;
  /** Senders not loaded yet. */
  waiting: number;
  readonly route: Route;
}

/** What the domains of a lane have in common: the sites they may be asked at first, and their servers in whatever order. */
export function laneKey(servers: Route): string {
  const first = servers.filter(({ rank }) => rank === servers[0].rank);
  const names = servers.map((server) => `${server.host} ${server.address}`);
  return [...new Set(first.map(({ site }) => site).toSorted()), ...names.toSorted()].join(' ');
}

/** Senders not asked yet. Of most of them only the number is known until it is their turn. */
export class Lane implements Work {
  readonly urgent = false;
  waiting = 0;
  /** Domains with senders not loaded yet. */
  domains = 0;
  readonly key: string;
  /** What servers, by address, that have no answers about any of its senders are known to have met others with. */
  readonly silent: ReadonlyMap<string, Evidence>;
  #route: Route;
  #servers: readonly RankedServer[];
  /** Routes of its domains: those in another order are few, and kept but once. */
  readonly #routes: Route[];
  readonly #domains = new Fifo<Domain>();
  #returned: readonly Recipient[] = [];

  /** An empty lane. */
  constructor(key: string, route: Route, silent: Lane['silent'] = new Map()) {
    this.key = key;
    this.silent = silent;
    this.#route = route;
    this.#servers = [route[0]];
    this.#routes = [route];
  }

  /** Where the senders taken next are to be asked; `chooseRoute` alone changes it. */
  get route(): Route {
    return this.#route;
  }

  /** The equal servers that any of them can be asked at. */
  get servers(): readonly RankedServer[] {
    return this.#servers;
  }

  /** Adds a domain with so many senders. */
  add(id: number, waiting: number, route: Route): void {
    this.#domains.push({ id, name: null, waiting, route: this.#known(route) });
    this.domains += 1;
    this.waiting += waiting;
  }

  /** Adds senders that were taken and not asked; they go first. */
  giveBack(recipients: readonly Recipient[]): void {
    this.#returned = [...this.#returned, ...recipients];
    this.waiting += recipients.length;
  }

  /**
   * Takes the route of the domain whose turn it is, so that its preference is followed. Gives null, or the evidence for
   * all its senders where every server is barred.
   */
  chooseRoute(bar: Bar): Evidence | null {
    this.#route = this.#domains.peek()?.route ?? this.#route;
    const open = openEquals(this.#route, bar);
    if ('event' in open) return open;
    this.#servers = open;
    return null;
  }

  /** An empty lane for those of its senders that a server has no answers about. */
  without({ address }: Server, domain: string, evidence: Evidence): Lane {
    const silent = new Map([...this.silent, [address, evidence]]);
    return new Lane(`${this.key}, ${domain} without ${address}`, this.#route, silent);
  }

  /** Takes out the senders of a domain that was asked about before; gives them to another lane, and tells how many. */
  hand(domain: string, lane: Lane): number {
    const before = lane.waiting;
    const returned = this.#returned.filter(({ mailbox }) => mailbox.domain === domain);
    this.#returned = this.#returned.filter((recipient) => !returned.includes(recipient));
    lane.giveBack(returned);
    // Of the others none is loaded.
    const head = this.#domains.peek();
    if (head?.name === domain) {
      this.#domains.shift();
      this.domains -= 1;
      lane.add(head.id, head.waiting, head.route);
    }
    this.waiting -= lane.waiting - before;
    return lane.waiting - before;
  }

  /** Takes out all its senders: those loaded already, and for each domain how many were not. */
  clear(): {
    readonly loaded: readonly Recipient[];
    readonly domains: readonly (readonly [id: number, senders: number])[];
  } {
    const loaded = this.#returned;
    const domains: [number, number][] = [];
    for (let domain = this.#domains.shift(); domain; domain = this.#domains.shift()) {
      domains.push([domain.id, domain.waiting]);
    }
    this.#returned = [];
    this.waiting = 0;
    this.domains = 0;
    return { loaded, domains };
  }

  /** Takes out the next senders, `count` at most; none where the domains turn out to have none left. */
  take(count: number, load: LoadRecipients): readonly Recipient[] {
    const taken = this.#returned.slice(0, count);
    this.#returned = this.#returned.slice(count);
    this.waiting -= taken.length;
    for (let domain = this.#domains.peek(); domain && taken.length < count; domain = this.#domains.peek()) {
      taken.push(...this.#load(domain, count - taken.length, load));
    }
    return taken;
  }

  /** Loads of the first domain, which leaves when it has no more to give. */
  #load(domain: Domain, count: number, load: LoadRecipients): readonly Recipient[] {
    const wanted = Math.min(count, domain.waiting);
    const recipients = load(domain.id, wanted);
    if (recipients.length > wanted) throw new Error(`more senders of domain ${domain.id} were given than asked for`);
    domain.name ??= recipients[0]?.mailbox.domain ?? null;
    const gone = recipients.length === 0 ? domain.waiting : recipients.length;
    domain.waiting -= gone;
    this.waiting -= gone;
    if (domain.waiting === 0) {
      this.#domains.shift();
      this.domains -= 1;
    }
    return recipients;
  }

  #known(route: Route): Route {
    const known = this.#routes.find((other) => isSameRoute(other, route));
    if (known === undefined) this.#routes.push(route);
    return known ?? route;
  }
}
