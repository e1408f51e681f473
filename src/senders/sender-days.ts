/**
 * Messages by sender and day (UTC), for senders whose mail came on several days. The tally knows how many messages a sender
 * sent in all, so that those of its last day are what is left of them: nothing is kept of a sender until it has a second
 * day, and nothing is to be done for a message of the same day as the one before.
 */

/** A sender's messages of one day. */
export interface DayCount {
  /** Days since 1970; 0 for messages without a time. */
  readonly day: number;
  readonly messages: number;
  readonly rejectedMessages: number;
}

const secondsOfDay = 86_400;
/** Milliseconds of a day. */
export const dayMs = secondsOfDay * 1000;
/** In place of a record: there is none before, or nobody knows the sender's days. */
const none = -1;
const lost = -2;

/** Words of a record: the day, the messages taken in and refused on it, and where the sender's record before is. */
const recordWords = 4;
const [dayWord, messagesWord, rejectedWord, beforeWord] = [0, 1, 2, 3];
const firstCapacity = 4096 * recordWords;
/** A Map ends at 16.7 million keys; so many places share one, which are not as many. */
const placeBits = 20;

/** The days that senders left behind. A sender is known by its place in the tally, a day by its number since 1970. */
export class SenderDays {
  /** Latest record of each sender that has one. */
  readonly #latest: Map<number, number>[] = [];
  #records = new Int32Array(firstCapacity);
  #used = 0;

  /** A later day begins for the sender, which had so many messages in all until then. */
  leave(sender: number, day: number, messages: number, rejected: number): void {
    let [left, leftRejected] = [messages, rejected];
    for (const before of this.#of(sender)) {
      left -= before.messages;
      leftRejected -= before.rejectedMessages;
    }
    this.#append(sender, day, left, leftRejected);
  }

  /** Messages of a day before the sender's last, or of none (0). */
  add(sender: number, day: number, messages: number, rejected: number): void {
    const record = this.#find(sender, day);
    if (record === undefined) return this.#append(sender, day, messages, rejected);
    this.#records[record + messagesWord]! += messages;
    this.#records[record + rejectedWord]! += rejected;
  }

  /** Nobody knows how the sender's messages are spread over its days. */
  lose(sender: number): void {
    this.#place(sender).set(sender, lost);
  }

  /** The sender's days without its last; null where it has no other, and where they are not known. */
  list(sender: number): DayCount[] | null {
    return (this.#place(sender).get(sender) ?? none) < 0 ? null : [...this.#of(sender)];
  }

  *#of(sender: number): Generator<DayCount> {
    for (let at = this.#place(sender).get(sender) ?? none; at >= 0; at = this.#records[at + beforeWord]!) {
      const [day = 0, messages = 0, rejectedMessages = 0] = this.#records.subarray(at, at + beforeWord);
      yield { day, messages, rejectedMessages };
    }
  }

  #find(sender: number, day: number): number | undefined {
    let at = this.#place(sender).get(sender) ?? none;
    while (at >= 0 && this.#records[at + dayWord] !== day) at = this.#records[at + beforeWord]!;
    return at < 0 ? undefined : at;
  }

  #append(sender: number, day: number, messages: number, rejected: number): void {
    const latest = this.#place(sender);
    const before = latest.get(sender);
    if (before === lost) return;
    if (this.#used === this.#records.length) this.#grow();
    this.#records.set([day, messages, rejected, before ?? none], this.#used);
    latest.set(sender, this.#used);
    this.#used += recordWords;
  }

  #place(sender: number): Map<number, number> {
    return (this.#latest[sender >>> placeBits] ??= new Map());
  }

  #grow(): void {
    const records = new Int32Array(this.#records.length * 2);
    records.set(this.#records);
    this.#records = records;
  }
}

/** The day of a time in seconds since 1970, as its number. */
export function dayOf(seconds: number): number {
  return (seconds / secondsOfDay) >>> 0;
}
