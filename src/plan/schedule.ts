/**
 * Which work may start, the biggest site or server first. Work that may not waits in no one's way: its station comes
 * back by itself when its gate opens, so that a step costs O(log n) however many sites there are.
 */
import type { Server } from './batch.js';
import { Fifo } from './fifo.js';
import { Gate, rateWindowMs, type GateLimits } from './gate.js';
import { Heap } from './heap.js';
import { Queue, Station, type Stations, type Work } from './station.js';

/** The site and the address that a connection goes to. */
export type Target<W extends Work> = readonly [site: Station<W>, address: Station<W>];

/** Work whose turn it is, and which of its servers is to be asked. */
export interface Turn<W extends Work> {
  readonly work: W;
  readonly server: W['servers'][number];
  readonly stations: Target<W>;
}

/** Where work waits: a queue for each of its servers, in their order, and the sites and addresses that these are of. */
interface Place<W extends Work> {
  readonly queues: readonly Queue<W>[];
  readonly stations: Iterable<Station<W>>;
}

/** The work of all sites. Times are milliseconds on a clock that never goes back. */
export class Schedule<W extends Work> {
  readonly #limits: GateLimits;
  readonly #sites: Stations<W> = { known: new Map(), slowdowns: new Map() };
  readonly #addresses: Stations<W> = { known: new Map(), slowdowns: new Map() };
  readonly #queues = new Map<string, Queue<W>>();
  readonly #places = new Map<W, Place<W>>();
  /** Stations with queues whose gate is open. */
  readonly #ready = new Heap<Station<W>>((a, b) => (a.waiting === b.waiting ? a.turn < b.turn : a.waiting > b.waiting));
  /** Stations with queues whose gate opens by time alone. */
  readonly #later = new Heap<Station<W>>((a, b) => a.opensAt < b.opensAt);
  /** Stations that had nothing more to do, to be forgotten once their latest connection is out of the window. */
  readonly #idle = new Fifo<{ readonly station: Station<W>; readonly since: number }>();
  #now = -Infinity;
  #turns = 0;
  #waiting = 0;

  constructor(limits: GateLimits) {
    this.#limits = limits;
  }

  /** Senders waiting. */
  get waiting(): number {
    return this.#waiting;
  }

  /** The site with the most senders waiting, null where none waits. Looks at every site: for people, not for planning. */
  busiest(): Station<W> | null {
    let most: Station<W> | null = null;
    for (const site of this.#sites.known.values()) if (site.waiting > (most?.waiting ?? 0)) most = site;
    return most;
  }

  /** Forgets how much more slowly places were asked that nothing waits for. */
  forgetSlowdowns(): void {
    for (const { slowdowns } of [this.#sites, this.#addresses]) slowdowns.clear();
  }

  /** Lets work wait for its servers. */
  put(work: W): void {
    const queues = work.servers.map((server) => this.#queueOf(server, work.urgent));
    for (const queue of queues) queue.works.add(work);
    const place = { queues, stations: stationsOf(queues) };
    this.#places.set(work, place);
    this.#count(place, work.waiting);
  }

  /** Work that waits here has become more by so many senders. */
  grow(work: W, by: number): void {
    const place = this.#places.get(work);
    if (place) this.#count(place, by);
  }

  /** Takes out the work that comes first of all that may start now; null where none may. */
  next(now: number): Turn<W> | null {
    const station = this.#firstReady(now);
    const queue = station?.peek();
    const [work] = queue?.works ?? [];
    if (!station || !queue || !work) return null;
    const queues = this.remove(work, now);
    if (station.peek() === queue) {
      station.shift();
      station.keep(queue);
    }
    const chosen = lightest(queues, now);
    return { work, server: work.servers[queues.indexOf(chosen)]!, stations: [chosen.site, chosen.address] };
  }

  /** Takes out work that waits; gives the queues that it was in, one for each of its servers. */
  remove(work: W, now: number): readonly Queue<W>[] {
    const place = this.#places.get(work);
    if (!place) return [];
    this.#places.delete(work);
    for (const queue of place.queues) {
      queue.works.delete(work);
      if (queue.works.size === 0) this.#queues.delete(queue.key);
    }
    this.#count(place, -work.waiting);
    for (const station of place.stations) this.#forgetLater(station, now);
    return place.queues;
  }

  /** Takes out all work of a site, or for an address. Looks at every queue: for rare events. */
  takeOut(station: Station<W>, now: number): readonly W[] {
    const queues = [...this.#queues.values()].filter((queue) => queue.site === station || queue.address === station);
    const taken = new Set(queues.flatMap(({ works }) => [...works]));
    for (const work of taken) this.remove(work, now);
    return [...taken];
  }

  /** The earliest time from `now` on at which work may start unless a session ends before; null where none may. */
  nextStart(now: number): number | null {
    if (this.#firstReady(now)) return now;
    for (let station = this.#later.peek(); station; station = this.#later.peek()) {
      if (this.#mayStart(station, station.opensAt)) return station.opensAt;
    }
    return null;
  }

  /** A connection begins. */
  begin(stations: Target<W>, now: number): void {
    this.#now = now;
    for (const station of stations) {
      station.gate.begin(now);
      station.turn = this.#turns += 1;
      this.#arrange(station);
    }
  }

  /** A connection, or the try at one, is over. */
  end(stations: Target<W>, now: number): void {
    this.#now = now;
    for (const station of stations) {
      station.gate.end();
      this.#arrange(station);
      this.#forgetLater(station, now);
    }
    this.#forgetIdle(now);
  }

  /** The station that comes first of those with work that may start now; that work is at its head. */
  #firstReady(now: number): Station<W> | null {
    this.#now = now;
    for (let station = this.#later.peek(); station && station.opensAt <= now; station = this.#later.peek()) {
      this.#arrange(station);
    }
    for (let station = this.#ready.peek(); station; station = this.#ready.peek()) {
      if (this.#mayStart(station, now)) return station;
    }
    return null;
  }

  /**
   * Whether a station that is open at a time has work that may start then; if so, it is at its head. Work that has to
   * wait for its other station longer than that goes over to it, and comes back only when that one is open and this
   * one is not.
   */
  #mayStart(station: Station<W>, at: number): boolean {
    for (let queue = station.peek(); queue; queue = station.peek()) {
      const other = queue.beyond(station);
      if (other.opensAt <= at) return true;
      station.shift();
      other.keep(queue);
      this.#arrange(other);
    }
    this.#arrange(station);
    return false;
  }

  #count({ stations }: Place<W>, by: number): void {
    this.#waiting += by;
    for (const station of stations) {
      station.waiting += by;
      this.#arrange(station);
    }
  }

  /** Puts a station where it belongs, after anything about it has changed. */
  #arrange(station: Station<W>): void {
    station.opensAt = station.gate.opensAt();
    const heap = this.#heapFor(station);
    if (heap === station.heap) {
      heap?.update(station);
      return;
    }
    station.heap?.remove(station);
    station.heap = heap;
    if (heap === this.#ready) station.turn = this.#turns += 1;
    heap?.push(station);
  }

  #heapFor(station: Station<W>): Heap<Station<W>> | null {
    if (station.empty || station.opensAt === Infinity) return null;
    return station.opensAt <= this.#now ? this.#ready : this.#later;
  }

  #queueOf({ site: siteName, address }: Server, urgent: boolean): Queue<W> {
    const key = `${urgent ? '!' : ''}${siteName} ${address}`;
    const known = this.#queues.get(key);
    if (known) return known;
    const site = this.#station(this.#sites, siteName);
    const queue = new Queue(key, site, this.#station(this.#addresses, address), urgent);
    this.#queues.set(key, queue);
    site.keep(queue);
    return queue;
  }

  #station(among: Stations<W>, name: string): Station<W> {
    const known = among.known.get(name);
    if (known) return known;
    const station = new Station<W>(name, among, new Gate(this.#limits, among.slowdowns.get(name)));
    among.slowdowns.delete(name);
    among.known.set(name, station);
    return station;
  }

  #forgetLater(station: Station<W>, now: number): void {
    if (station.waiting === 0 && station.gate.sessions === 0) this.#idle.push({ station, since: now });
  }

  #forgetIdle(now: number): void {
    for (let idle = this.#idle.peek(); idle && idle.since + rateWindowMs <= now; idle = this.#idle.peek()) {
      this.#idle.shift();
      const { among, name, waiting, gate } = idle.station;
      const isKnown = among.known.get(name) === idle.station;
      if (!isKnown || waiting > 0 || !gate.forgettable(now)) continue;
      among.known.delete(name);
      if (gate.slowdown !== null) among.slowdowns.set(name, gate.slowdown);
    }
  }
}

function stationsOf<W extends Work>(queues: readonly Queue<W>[]): Iterable<Station<W>> {
  const [only] = queues;
  if (queues.length === 1 && only) return [only.site, only.address];
  return new Set(queues.flatMap(({ site, address }) => [site, address]));
}

/** Of the queues whose work may start, that of the place with the fewest sessions; of these the one longest not asked. */
function lightest<W extends Work>(queues: readonly Queue<W>[], now: number): Queue<W> {
  return queues.reduce((best, queue) => {
    if (!queue.isOpen(now) || !best.isOpen(now)) return best.isOpen(now) ? best : queue;
    const isLighter = queue.load === best.load ? queue.address.turn < best.address.turn : queue.load < best.load;
    return isLighter ? queue : best;
  });
}
