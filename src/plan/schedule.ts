/**
 * Which work may start, the biggest site or server first. Work that may not waits in no one's way: its station comes
 * back by itself when its gate opens, so that a step costs O(log n) however many sites there are.
 */
import { Fifo } from './fifo.js';
import { Gate, rateWindowMs, type GateLimits } from './gate.js';
import { Heap } from './heap.js';
import { Queue, Station, type Stations, type Work } from './station.js';

/** The site and the address that a connection goes to. */
export type Target<W extends Work> = readonly [site: Station<W>, address: Station<W>];

/** Work whose turn it is. */
export interface Turn<W extends Work> {
  readonly work: W;
  readonly stations: Target<W>;
}

/** The work of all sites. Times are milliseconds on a clock that never goes back. */
export class Schedule<W extends Work> {
  readonly #limits: GateLimits;
  readonly #sites: Stations<W> = { known: new Map(), slowdowns: new Map() };
  readonly #addresses: Stations<W> = { known: new Map(), slowdowns: new Map() };
  readonly #queues = new Map<string, Queue<W>>();
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
  busiest(): { readonly site: string; readonly waiting: number } | null {
    let most: Station<W> | null = null;
    for (const site of this.#sites.known.values()) if (site.waiting > (most?.waiting ?? 0)) most = site;
    return most && { site: most.name, waiting: most.waiting };
  }

  /** Lets work wait for its server. */
  put(work: W): void {
    const queue = this.#queueOf(work);
    queue.works.push(work);
    this.#count(queue, work.waiting);
  }

  /** Work that waits here has become more by so many senders. */
  grow(work: W, by: number): void {
    this.#count(this.#queueOf(work), by);
  }

  /** Takes out the work that comes first of all that may start now; null where none may. */
  next(now: number): Turn<W> | null {
    const station = this.#firstReady(now);
    const queue = station?.peek();
    const work = queue?.works.shift();
    if (!station || !queue || !work) return null;
    station.shift();
    if (queue.works.empty) this.#queues.delete(queue.key);
    else station.keep(queue);
    this.#count(queue, -work.waiting);
    return { work, stations: [queue.site, queue.address] };
  }

  /** Takes out all work of a site, or for an address. Looks at every queue: for rare events. */
  takeOut(station: Station<W>, now: number): W[] {
    const taken: W[] = [];
    for (const queue of this.#queues.values()) {
      if (queue.site !== station && queue.address !== station) continue;
      this.#queues.delete(queue.key);
      const works = queue.drain();
      this.#count(queue, -works.reduce((sum, { waiting }) => sum + waiting, 0));
      for (const emptied of [queue.site, queue.address]) this.#forgetLater(emptied, now);
      taken.push(...works);
    }
    return taken;
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

  #count(queue: Queue<W>, by: number): void {
    this.#waiting += by;
    for (const station of [queue.site, queue.address]) {
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

  #queueOf({ server, urgent }: W): Queue<W> {
    const key = `${urgent ? '!' : ''}${server.site} ${server.address}`;
    const known = this.#queues.get(key);
    if (known) return known;
    const site = this.#station(this.#sites, server.site);
    const queue = new Queue(key, site, this.#station(this.#addresses, server.address), urgent);
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
    if (station.waiting === 0) this.#idle.push({ station, since: now });
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
