/**
 * The course of a survey: how many senders were decided by when, from the times in the evidence. Kept in a fixed
 * number of bins whose width doubles as time goes on, so that it takes no more memory for a million senders.
 */
import type { Verdict } from '../../verdict/evidence.js';

/** How many senders got which verdict; verdicts that did not occur are absent. */
export type VerdictCounts = Partial<Record<Verdict, number>>;

/** The senders decided over time. */
export interface Course {
  /** All senders of the survey, pending ones too. */
  readonly senders: number;
  /** Decided before the survey began, and taken over from the state. */
  readonly known: VerdictCounts;
  /** Decided in each bin, one after the other from the beginning; the last bin has at least one. */
  readonly bins: readonly VerdictCounts[];
  readonly binMs: number;
  /** How long the survey went on: until it ended, or at least to the end of the last bin. */
  readonly lastedMs: number;
}

const firstBinMs = 10;
const mostBins = 2048;

/** Counts a survey's senders as they are read. */
export class CourseTally {
  readonly #startedAt: number;
  readonly #finishedAt: number;
  readonly #known: VerdictCounts = {};
  #bins: VerdictCounts[] = [];
  #binMs = firstBinMs;
  #senders = 0;

  /** Milliseconds since 1970; null for a survey that did not end. */
  constructor(startedAt: number, finishedAt: number | null) {
    this.#startedAt = startedAt;
    this.#finishedAt = finishedAt ?? startedAt;
  }

  /** Counts one sender; `decidedAt` in milliseconds since 1970, null for one that is pending. */
  add(verdict: Verdict, decidedAt: number | null): void {
    this.#senders += 1;
    if (decidedAt === null) return;
    const after = decidedAt - this.#startedAt;
    if (after < 0) return increase(this.#known, verdict, 1);
    while (after >= this.#binMs * mostBins) this.#widen();
    const index = Math.floor(after / this.#binMs);
    while (this.#bins.length <= index) this.#bins.push({});
    increase(this.#bins[index] ?? {}, verdict, 1);
  }

  /** What was counted so far. */
  course(): Course {
    const lastedMs = Math.max(this.#finishedAt - this.#startedAt, this.#bins.length * this.#binMs);
    return { senders: this.#senders, known: this.#known, bins: this.#bins, binMs: this.#binMs, lastedMs };
  }

  #widen(): void {
    this.#bins = mergeBins(this.#bins, 2);
    this.#binMs *= 2;
  }
}

/** The same course with every so many bins in one. */
export function coarsen(course: Course, factor: number): Course {
  return { ...course, bins: mergeBins(course.bins, factor), binMs: course.binMs * factor };
}

/**
 * After how many milliseconds this share (0 to 1) of all senders was decided, to the width of a bin; null where that
 * share was never reached.
 */
export function timeUntil(course: Course, share: number): number | null {
  const wanted = Math.ceil(share * course.senders);
  let decided = sum(course.known);
  if (decided >= wanted) return 0;
  for (const [index, bin] of course.bins.entries()) {
    decided += sum(bin);
    if (decided >= wanted) return (index + 1) * course.binMs;
  }
  return null;
}

/** The senders in all verdicts together. */
export function sum(counts: VerdictCounts): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function increase(counts: VerdictCounts, verdict: Verdict, by: number): void {
  counts[verdict] = (counts[verdict] ?? 0) + by;
}

function mergeBins(bins: readonly VerdictCounts[], factor: number): VerdictCounts[] {
  const merged: VerdictCounts[] = Array.from({ length: Math.ceil(bins.length / factor) }, () => ({}));
  for (const [index, bin] of bins.entries()) {
    const into = merged[Math.floor(index / factor)] ?? {};
    for (const [verdict, count] of Object.entries(bin)) increase(into, verdict as Verdict, count);
  }
  return merged;
}
