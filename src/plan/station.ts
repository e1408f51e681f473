/**
 * A site or a server's address, and the work that waits for it. All work is of a site and for an address, and needs
 * both gates open; it is kept by one of the two, in the end by the one that keeps it waiting. Work for any of several
 * servers waits for each of them.
 */
import type { Server } from './batch.js';
import { Fifo } from './fifo.js';
import type { Gate } from './gate.js';
import type { Heap, HeapItem } from './heap.js';
import type { Slowdown } from './slowdown.js';

/** Something to be asked of a server, or of any of several. While it waits, only `Schedule.grow` changes how much it is. */
export interface Work {
  /** At least one; no address twice. */
  readonly servers: readonly Server[];
  /** How many senders. */
  readonly waiting: number;
  /** Whether it goes ahead of the work that is not. */
  readonly urgent: boolean;
}

/** The work of one site for one address, all of it urgent or none. */
export class Queue<W extends Work> {
  /** In the order in which they came. */
  readonly works = new Set<W>();
  readonly key: string;
  readonly site: Station<W>;
  readonly address: Station<W>;
  readonly urgent: boolean;

  constructor(key: string, site: Station<W>, address: Station<W>, urgent: boolean) {
    this.key = key;
    this.site = site;
    this.address = address;
    this.urgent = urgent;
  }

  /** How busy the place is that it leads to. */
  get load(): number {
    return this.site.gate.sessions + this.address.gate.sessions;
  }

  /** Whether a connection may begin at this time. */
  isOpen(at: number): boolean {
    return this.site.opensAt <= at && this.address.opensAt <= at;
  }

  /** The other one of the two stations. */
  beyond(station: Station<W>): Station<W> {
    return station === this.site ? this.address : this.site;
  }
}

/** All sites, or all addresses, by name. */
export interface Stations<W extends Work> {
  readonly known: Map<string, Station<W>>;
  /** Of those that nothing waits for any more. */
  readonly slowdowns: Map<string, Slowdown>;
}

/** One site, or one address. The schedule keeps its figures right. */
export class Station<W extends Work> implements HeapItem {
  /** Senders whose next server is, or may be, of this site or has this address, whoever keeps them. */
  waiting = 0;
  /** What the gate said when last looked at (see `Gate.opensAt`). */
  opensAt = -Infinity;
  /** Its turn among those with as many waiting. */
  turn = 0;
  /** The heap it is in, and where. */
  heap: Heap<Station<W>> | null = null;
  heapIndex = 0;
  readonly name: string;
  readonly among: Stations<W>;
  readonly gate: Gate;
  readonly #urgent = new Fifo<Queue<W>>();
  readonly #fresh = new Fifo<Queue<W>>();

  constructor(name: string, among: Stations<W>, gate: Gate) {
    this.name = name;
    this.among = among;
    this.gate = gate;
  }

  /** Whether it keeps no queue with work. */
  get empty(): boolean {
    return this.peek() === undefined;
  }

  /** Keeps a queue, behind those it has. */
  keep(queue: Queue<W>): void {
    (queue.urgent ? this.#urgent : this.#fresh).push(queue);
  }

  /** The queue whose turn it is. */
  peek(): Queue<W> | undefined {
    return firstWithWork(this.#urgent) ?? firstWithWork(this.#fresh);
  }

  /** Gives that queue away. A queue without work is forgotten in passing. */
  shift(): void {
    (this.#urgent.empty ? this.#fresh : this.#urgent).shift();
  }
}

/** The first queue with work. */
function firstWithWork<W extends Work>(queues: Fifo<Queue<W>>): Queue<W> | undefined {
  while (queues.peek()?.works.size === 0) queues.shift();
  return queues.peek();
}
