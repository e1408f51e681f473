/**
 * Mail events → counts by sender, and the choice of the senders that the survey is about.
 */
import type { MailEvents, SenderTotals } from '../logs/mail-events.js';
import { Correspondents } from './correspondents.js';
import { dayMs, SenderDays, type DayCount } from './sender-days.js';
import { longestAddress, SenderTally, type AddressListener } from './tally.js';

/** Which senders are wanted. */
export interface SenderSelection {
  /** Those of mail that was taken in, those seen only on mail that was refused, or both. */
  readonly senders: 'accepted' | 'rejected' | 'all';
  /** Whether mail that our own users submitted counts; otherwise it is passed over. */
  readonly includeLocal: boolean;
  /** Least number of messages of a sender, of the kind that `senders` asks for. */
  readonly minMessages: number;
  /** Only mail from then on, and before then; ms since 1970. Mail without a time counts. */
  readonly since?: number | null | undefined;
  readonly until?: number | null | undefined;
  /** Enough is read when so many senders are known to be selected, and only those are given. */
  readonly stopAfter?: number | undefined;
  /** Whether the messages of each day are counted too. */
  readonly countDays?: boolean | undefined;
  /** Told each selected address, in UTF-8, as soon as it is known to be one; for `rejected` at the end. */
  readonly onSender?: AddressListener | undefined;
}

/** A sender and how much mail came from it. */
export interface SenderCount {
  /** As first written. */
  readonly address: string;
  /** Messages taken in. */
  readonly messages: number;
  /** Messages refused, for good or for now. */
  readonly rejectedMessages: number;
  /** ms since 1970; null where the input has no times. */
  readonly firstSeen: number | null;
  readonly lastSeen: number | null;
  /** Messages by day (`day` is when it begins, ms), where they came on several and it is known how many on which. */
  readonly days?: readonly DayCount[] | undefined;
}

/** No place in the tally: what is not a sender, and what is none but is counted. */
const notCounted = -1;
const nullSender = -2;

/** Whether only mail of some time is wanted. */
export function hasWindow({ since, until }: SenderSelection): boolean {
  return (since ?? null) !== null || (until ?? null) !== null;
}

/** Listens to mail events and counts. */
export class SenderCounter implements MailEvents {
  /** Events heard, counted or not. */
  events = 0;
  refusals = 0;
  /** Events without a time. */
  untimed = 0;
  /** Lines that are cut off or cannot be understood. */
  malformedTimes = 0;
  /** Messages of which it is not known whether one of our own users sent them. */
  originUnknownTimes = 0;
  /** Whom our own users wrote to. */
  readonly correspondents = new Correspondents();
  readonly #selection: SenderSelection;
  readonly #tally: SenderTally;
  #nullAccepted = 0;
  #nullRejected = 0;
  /** Place in the tally of the sender refused last, or one of the two below. */
  #refused = notCounted;
  /** Seconds since 1970. */
  readonly #since: number;
  readonly #until: number;
  /** Senders that may be told yet. */
  #left: number;

  constructor(selection: SenderSelection) {
    this.#selection = selection;
    this.#tally = new SenderTally(selection.countDays === true ? new SenderDays() : null);
    this.#since = (selection.since ?? 0) / 1000;
    this.#until = (selection.until ?? Number.POSITIVE_INFINITY) / 1000;
    this.#left = selection.stopAfter ?? Number.POSITIVE_INFINITY;
  }

  accepted(bytes: DataView, start: number, end: number, seconds: number, hash?: number): void {
    if (this.#isInWindow(seconds, seconds)) this.#add(bytes, start, end, 1, 0, seconds, hash);
  }

  submitted(bytes: DataView, start: number, end: number, seconds: number): void {
    if (!this.#selection.includeLocal) this.events += 1;
    else if (this.#isInWindow(seconds, seconds)) this.#add(bytes, start, end, 1, 0, seconds);
  }

  rejected(bytes: DataView, start: number, end: number, seconds: number, times: number, hash?: number): void {
    this.refusals += 1;
    this.#refused = notCounted;
    if (!this.#isInWindow(seconds, seconds)) return;
    const sender = this.#add(bytes, start, end, 0, times, seconds, hash);
    this.#refused = start === end ? nullSender : sender;
  }

  refusedAgain(times: number, seconds: number): void {
    const sender = this.#refused;
    if (sender === notCounted || this.isEnough()) return;
    if (sender === nullSender) {
      this.#nullRejected += times;
      return;
    }
    this.#tally.addRejected(sender, times, seconds);
    this.#tell(sender, 0, times);
  }

  corresponded(bytes: DataView, start: number, end: number): void {
    this.correspondents.add(bytes, start, end);
  }

  counted(bytes: DataView, start: number, end: number, totals: SenderTotals): void {
    if (!this.#isInWindow(totals.firstSeen, totals.lastSeen)) return;
    const sender = this.#add(bytes, start, end, totals.messages, totals.rejectedMessages, totals.firstSeen);
    if (sender >= 0) this.#tally.seenUntil(sender, totals.firstSeen, totals.lastSeen);
  }

  malformed(): void {
    this.events += 1;
    this.malformedTimes += 1;
  }

  originUnknown(): void {
    this.originUnknownTimes += 1;
  }

  /** Whether nothing that is still to come makes a difference. */
  isEnough(): boolean {
    return this.#left === 0;
  }

  /** To be called when all inputs are read: tells the senders that only then are known to be selected. */
  finish(): void {
    const { senders, onSender } = this.#selection;
    if (senders !== 'rejected' || onSender === undefined) return;
    for (const sender of this.#selected()) this.#tally.tell(sender, onSender);
  }

  /** The selected senders in order of first appearance. */
  *senders(): Generator<SenderCount> {
    for (const sender of this.#selected()) {
      const days = this.#tally.days(sender);
      yield {
        address: this.#tally.address(sender),
        messages: this.#tally.messages(sender),
        rejectedMessages: this.#tally.rejectedMessages(sender),
        firstSeen: this.#tally.firstSeen(sender) * 1000 || null,
        lastSeen: this.#tally.lastSeen(sender) * 1000 || null,
        days: days?.map((count) => ({ ...count, day: count.day * dayMs })),
      };
    }
  }

  /** Selected senders, their messages of the kind selected, and what could not be counted for a sender. */
  totals(): { messages: number; nullSenders: number; malformed: number; senders: number } {
    const nullSenders = this.#weight(this.#nullAccepted, this.#nullRejected);
    let [messages, senders] = [nullSenders, 0];
    for (const sender of this.#selected()) {
      senders += 1;
      messages += this.#weight(this.#tally.messages(sender), this.#tally.rejectedMessages(sender));
    }
    return { messages, nullSenders, malformed: this.malformedTimes, senders };
  }

  /** Whether mail seen from `first` to `last` (seconds; 0 is unknown) counts. Counts of a longer time cannot be divided. */
  #isInWindow(first: number, last: number): boolean {
    if (first === 0) {
      this.untimed += 1;
      return true;
    }
    if (last >= this.#since && first < this.#until) return true;
    this.events += 1;
    return false;
  }

  /** Gives the sender's place in the tally, or -1 where the address is that of no sender. */
  #add(
    bytes: DataView,
    start: number,
    end: number,
    accepted: number,
    rejected: number,
    seconds: number,
    hash?: number,
  ): number {
    this.events += 1;
    if (this.isEnough()) return notCounted;
    if (end === start) {
      this.#nullAccepted += accepted;
      this.#nullRejected += rejected;
      return -1;
    }
    if (end - start > longestAddress) {
      this.malformedTimes += 1;
      return -1;
    }
    const sender = this.#tally.add(bytes, start, end, accepted, rejected, seconds, hash);
    if (sender < 0) {
      this.malformedTimes += 1;
      return notCounted;
    }
    this.#tell(sender, accepted, rejected);
    return sender;
  }

  /** Tells the sender if what was just added to its counts made it one of the selected. */
  #tell(sender: number, accepted: number, rejected: number): void {
    const { senders, minMessages, onSender } = this.#selection;
    if (senders === 'rejected') return;
    const now = this.#weight(this.#tally.messages(sender), this.#tally.rejectedMessages(sender));
    const least = Math.max(1, minMessages);
    if (now < least || now - this.#weight(accepted, rejected) >= least) return;
    this.#left -= 1;
    if (onSender !== undefined) this.#tally.tell(sender, onSender);
  }

  /** The selected senders by their place in the tally. */
  *#selected(): Generator<number> {
    const least = Math.max(1, this.#selection.minMessages);
    let left = this.#selection.stopAfter ?? Number.POSITIVE_INFINITY;
    for (const sender of this.#tally.senders()) {
      if (left === 0) return;
      const accepted = this.#tally.messages(sender);
      if (this.#selection.senders === 'rejected' && accepted > 0) continue;
      if (this.#weight(accepted, this.#tally.rejectedMessages(sender)) < least) continue;
      left -= 1;
      yield sender;
    }
  }

  /** How many of the messages are of the kind selected. */
  #weight(accepted: number, rejected: number): number {
    const { senders } = this.#selection;
    return (senders === 'rejected' ? 0 : accepted) + (senders === 'accepted' ? 0 : rejected);
  }
}
