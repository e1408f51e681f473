/**
 * What is known of the messages now in the queue, by a 61-bit hash of host and queue id: open addressing in typed arrays,
 * so that a million of them take 16 MB. Memory is bounded: past a number of messages the ones not heard of for longest
 * are forgotten, half of them at a time.
 */

/** One of our own users handed it in; not counted yet. */
export const submittedState = 1;
/** Counted, or not to be counted. */
export const countedState = 2;
/** Counted as rejected. */
export const refusedState = 3;
/** One of our own users handed it in, but perhaps it was counted under another queue id. */
export const doubtfulState = 4;
/** Counted, and one of our own users handed it in: whom it is delivered to is a correspondent. */
export const ownState = 5;
/** Somebody else handed it in; not counted yet. */
export const outsideState = 6;
export type MessageState =
  | typeof submittedState
  | typeof countedState
  | typeof refusedState
  | typeof doubtfulState
  | typeof ownState
  | typeof outsideState;

const stateBits = 7;
/** Hosts that are kept in mind. */
const mostHosts = 64;
const smallestSlots = 1024;

/** One open-addressed table: `high` has the upper bits of the hash and the state, so that an empty slot is 0. */
class StateTable {
  size = 0;
  #low = new Int32Array(smallestSlots);
  #high = new Int32Array(smallestSlots);

  get(high: number, low: number): number {
    return this.#high[this.#slot(high, low)]! & stateBits;
  }

  set(high: number, low: number, state: MessageState): void {
    let slot = this.#slot(high, low);
    if (this.#high[slot] === 0) {
      this.size += 1;
      if (this.size * 2 > this.#low.length) {
        this.#grow();
        slot = this.#slot(high, low);
      }
    }
    this.#low[slot] = low;
    this.#high[slot] = (high & ~stateBits) | state;
  }

  /** Takes an entry out and moves up those that had made way for it. */
  delete(high: number, low: number): void {
    const mask = this.#low.length - 1;
    let hole = this.#slot(high, low);
    if (this.#high[hole] === 0) return;
    this.size -= 1;
    for (let next = (hole + 1) & mask; this.#high[next] !== 0; next = (next + 1) & mask) {
      const home = this.#low[next]! & mask;
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      this.#low[hole] = this.#low[next]!;
      this.#high[hole] = this.#high[next]!;
      hole = next;
    }
    this.#high[hole] = 0;
  }

  #slot(high: number, low: number): number {
    const mask = this.#low.length - 1;
    let slot = low & mask;
    while (this.#high[slot] !== 0 && (this.#low[slot] !== low || ((this.#high[slot]! ^ high) & ~stateBits) !== 0)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const [low, high] = [this.#low, this.#high];
    this.#low = new Int32Array(low.length * 2);
    this.#high = new Int32Array(low.length * 2);
    for (let i = 0; i < low.length; i++) {
      if (high[i] === 0) continue;
      const slot = this.#slot(high[i]!, low[i]!);
      this.#low[slot] = low[i]!;
      this.#high[slot] = high[i]!;
    }
  }
}

/** The messages in the queue. Hashes come in two halves, as `LogLine.hashId` makes them: a host's and an id's, added bit by bit (XOR). */
export class LiveMessages {
  readonly #most: number;
  /** Hashes of hosts, two halves each. */
  readonly #hosts: number[] = [];
  #recent = new StateTable();
  #older = new StateTable();

  /** Remembers at least the last `most` / 2 messages, and at most `most`. */
  constructor(most = 1_000_000) {
    this.#most = most;
  }

  /** The message's state; 0 where nothing is known of it. */
  get(high: number, low: number): number {
    const state = this.#recent.get(high, low);
    return state === 0 && this.#older.size > 0 ? this.#older.get(high, low) : state;
  }

  /** The state of the message whose id was hashed for one host, whatever host it belongs to. */
  getOnAnyHost(high: number, low: number, hostHigh: number, hostLow: number): number {
    let state = this.get(high, low);
    for (let i = 0; state === 0 && i < this.#hosts.length; i += 2) {
      state = this.get(high ^ hostHigh ^ this.#hosts[i]!, low ^ hostLow ^ this.#hosts[i + 1]!);
    }
    return state;
  }

  /** A host that has messages. */
  addHost(high: number, low: number): void {
    const hosts = this.#hosts;
    for (let i = 0; i < hosts.length; i += 2) if (hosts[i] === high && hosts[i + 1] === low) return;
    if (hosts.length < 2 * mostHosts) hosts.push(high, low);
  }

  set(high: number, low: number, state: MessageState): void {
    this.#recent.set(high, low, state);
    if (this.#recent.size * 2 < this.#most) return;
    this.#older = this.#recent;
    this.#recent = new StateTable();
  }

  /** The message has left the queue: its id may come again for another one. */
  forget(high: number, low: number): void {
    this.#recent.delete(high, low);
    if (this.#older.size > 0) this.#older.delete(high, low);
  }
}
