/**
 * Refusals by day (UTC). Senders are counted on the day they were first seen, messages on the day they came. Where that is
 * not known of each (the tool's own tables and states of older versions tell the first and the last day only), they are
 * counted between the least and the most that can have come on a day.
 */
import type { CountedMail } from '../store/survey-info.js';
import type { SurveyRow } from '../store/survey-rows.js';
import { messagesOf } from './messages-of.js';
import type { RefusalDay } from './summary.js';

const dayMs = 86_400_000;

/** What would have become of a sender that was checked. */
export interface DayFate {
  readonly refused: boolean;
  /** Among the refused: the reply was about us. */
  readonly refusingUs: boolean;
  readonly putOff: boolean;
}

interface DayCounts {
  newSenders: number;
  refusedSenders: number;
  refusingUsSenders: number;
  wantedSenders: number;
  putOffSenders: number;
  least: number;
  /** By how much the most messages there can have been differ from the day before. */
  mostStep: number;
}

/** Counts by day. What is kept grows with the number of days. */
export class RefusalDays {
  /** Refused senders, and messages of refused ones, without a time. */
  undatedSenders = 0;
  undatedMessages = 0;
  readonly #counts = new Map<number, DayCounts>();
  readonly #mail: CountedMail;

  constructor(mail: CountedMail) {
    this.#mail = mail;
  }

  /** Counts one sender that was checked; `messages` is what it weighs. */
  add(row: SurveyRow, fate: DayFate, messages: number): void {
    if (row.firstSeen !== null) this.#addSender(this.#of(toDay(row.firstSeen)), row.wanted, fate);
    else if (fate.refused) this.undatedSenders += 1;
    if (fate.refused) this.#addMessages(row, messages);
  }

  /** The days on which a sender was first seen, or refused mail is known to have come, in their order. */
  list(): RefusalDay[] {
    const days: RefusalDay[] = [];
    let most = 0;
    for (const [day, { least, mostStep, ...senders }] of [...this.#counts].toSorted(([a], [b]) => a - b)) {
      most += mostStep;
      if (senders.newSenders === 0 && least === 0) continue;
      days.push({
        day: new Date(day * dayMs).toISOString().slice(0, 10),
        ...senders,
        refusedMessages: { least, most },
      });
    }
    return days;
  }

  #of(day: number): DayCounts {
    const counts = this.#counts.get(day) ?? noCounts();
    this.#counts.set(day, counts);
    return counts;
  }

  #addSender(counts: DayCounts, wanted: boolean, { refused, refusingUs, putOff }: DayFate): void {
    counts.newSenders += 1;
    if (refused) counts.refusedSenders += 1;
    if (refusingUs) counts.refusingUsSenders += 1;
    if (refused && wanted) counts.wantedSenders += 1;
    if (putOff) counts.putOffSenders += 1;
  }

  #addMessages(row: SurveyRow, messages: number): void {
    const { days, firstSeen, lastSeen } = row;
    if (days !== undefined) {
      for (const count of days) this.#addToDay(count.day, messagesOf[this.#mail](count));
    } else if (firstSeen === null) {
      this.undatedMessages += messages;
    } else {
      this.#spread(toDay(firstSeen), toDay(lastSeen ?? firstSeen), messages, this.#isTimed(row));
    }
  }

  #addToDay(time: number, messages: number): void {
    if (time === 0) this.undatedMessages += messages;
    else this.#range(toDay(time), toDay(time), messages, messages);
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

/** Whether it is known of all messages on which day they came. */
export function isExact(days: readonly RefusalDay[]): boolean {
  return days.every(({ refusedMessages: { least, most } }) => least === most);
}

function toDay(time: number): number {
  return Math.floor(time / dayMs);
}

function noCounts(): DayCounts {
  return {
    newSenders: 0,
    refusedSenders: 0,
    refusingUsSenders: 0,
    wantedSenders: 0,
    putOffSenders: 0,
    least: 0,
    mostStep: 0,
  };
}
