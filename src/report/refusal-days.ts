/**
 * Refusals by day (UTC). The state keeps of each sender how many messages it sent and when the first and the last of
 * them came, not the day of each: so senders are counted on the day they were first seen, which is exact, and messages
 * between the least and the most that can have come on a day, which is exact for whoever wrote on one day only.
 */
import type { CountedMail } from '../store/survey-info.js';
import type { SurveyRow } from '../store/survey-rows.js';
import type { RefusalDay } from './summary.js';

const dayMs = 86_400_000;

interface DayCounts {
  newSenders: number;
  refused: number;
  wanted: number;
  least: number;
  /** By how much the most messages there can have been differ from the day before. */
  mostStep: number;
}

/** Counts by day. What is kept grows with the number of days. */
export class RefusalDays {
  /** Refused senders of inputs that have no times. */
  undated = 0;
  readonly #counts = new Map<number, DayCounts>();
  readonly #mail: CountedMail;

  constructor(mail: CountedMail) {
    this.#mail = mail;
  }

  /** Counts one sender that was checked; `messages` is what it weighs. */
  add(row: SurveyRow, refused: boolean, messages: number): void {
    const { firstSeen, lastSeen } = row;
    if (firstSeen === null) {
      if (refused) this.undated += 1;
      return;
    }
    const first = Math.floor(firstSeen / dayMs);
    const counts = this.#of(first);
    counts.newSenders += 1;
    if (!refused) return;
    counts.refused += 1;
    if (row.wanted) counts.wanted += 1;
    this.#spread(first, Math.floor((lastSeen ?? firstSeen) / dayMs), messages, this.#isTimed(row));
  }

  /** The days on which a sender was first seen, or refused mail is known to have come, in their order. */
  list(): RefusalDay[] {
    const days: RefusalDay[] = [];
    let most = 0;
    for (const [day, counts] of [...this.#counts].toSorted(([a], [b]) => a - b)) {
      most += counts.mostStep;
      if (counts.newSenders > 0 || counts.least > 0) days.push(toDay(day, counts, most));
    }
    return days;
  }

  #of(day: number): DayCounts {
    const counts = this.#counts.get(day) ?? { newSenders: 0, refused: 0, wanted: 0, least: 0, mostStep: 0 };
    this.#counts.set(day, counts);
    return counts;
  }

  /** The times are those of accepted and rejected messages alike: they say when the counted ones came only if all count. */
  #isTimed(row: SurveyRow): boolean {
    const others = { accepted: row.rejectedMessages, rejected: row.messages, all: 0 };
    return others[this.#mail] === 0;
  }

  /** Messages that came from `first` to `last`; where they are timed, at least one on each of these two. */
  #spread(first: number, last: number, messages: number, timed: boolean): void {
    if (first === last) return this.#range(first, last, messages, messages);
    if (!timed || messages < 2) return this.#range(first, last, 0, messages);
    this.#range(first, first, 1, messages - 1);
    if (last - first > 1) this.#range(first + 1, last - 1, 0, messages - 2);
    this.#range(last, last, 1, messages - 1);
  }

  #range(first: number, last: number, least: number, most: number): void {
    if (least > 0) this.#of(first).least += least;
    this.#of(first).mostStep += most;
    this.#of(last + 1).mostStep -= most;
  }
}

function toDay(day: number, { newSenders, refused, wanted, least }: DayCounts, most: number): RefusalDay {
  return {
    day: new Date(day * dayMs).toISOString().slice(0, 10),
    newSenders,
    refusedSenders: refused,
    wantedSenders: wanted,
    refusedMessages: { least, most },
  };
}
