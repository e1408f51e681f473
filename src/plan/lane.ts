/**
 * The domains of one site that share the same servers. They differ at most in the order in which to try them
 * (exchangers of equal preference are shuffled for each), so one session can ask about several of them.
 */
import type { Recipient, Server } from './batch.js';
import { Fifo } from './fifo.js';
import type { Work } from './station.js';

/** Servers in the order to try them. */
export type Route = readonly [Server, ...Server[]];

/** Gives the next senders of a domain that it has not given before, `count` at most; an empty list where none is left. */
export type LoadRecipients = (domainId: number, count: number) => readonly Recipient[];

interface Domain {
  readonly id: number;
  /** Senders not loaded yet. */
  waiting: number;
  readonly route: Route;
}

/** What the domains of a lane have in common: the site they are asked at first, and their servers in whatever order. */
export function laneKey(servers: Route): string {
  const names = servers.map((server) => `${server.host} ${server.address}`);
  return [servers[0].site, ...names.toSorted()].join(' ');
}

/** Senders not asked yet. Of most of them only the number is known until it is their turn. */
export class Lane implements Work {
  readonly urgent = false;
  waiting = 0;
  readonly key: string;
  #route: Route;
  readonly #domains = new Fifo<Domain>();
  #returned: readonly Recipient[] = [];

  /** An empty lane. */
  constructor(key: string, route: Route) {
    this.key = key;
    this.#route = route;
  }

  /** Where the senders taken next are to be asked; `chooseRoute` alone changes it. */
  get route(): Route {
    return this.#route;
  }

  get server(): Server {
    return this.#route[0];
  }

  /** Adds a domain with so many senders. */
  add(id: number, waiting: number, route: Route): void {
    const known = route.length === this.#route.length && route.every((server, i) => isSame(server, this.#route[i]));
    this.#domains.push({ id, waiting, route: known ? this.#route : route });
    this.waiting += waiting;
  }

  /** Adds senders that were taken and not asked; they go first. */
  giveBack(recipients: readonly Recipient[]): void {
    this.#returned = [...this.#returned, ...recipients];
    this.waiting += recipients.length;
  }

  /** Takes the route of the domain whose turn it is: so its preference is followed, and equal servers share the load. */
  chooseRoute(): void {
    this.#route = this.#domains.peek()?.route ?? this.#route;
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
    const gone = recipients.length === 0 ? domain.waiting : recipients.length;
    domain.waiting -= gone;
    this.waiting -= gone;
    if (domain.waiting === 0) this.#domains.shift();
    return recipients;
  }
}

function isSame(a: Server, b: Server | undefined): boolean {
  return a.host === b?.host && a.address === b.address;
}
