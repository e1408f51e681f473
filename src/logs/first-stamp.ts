/**
 * The time stamp with which a log begins, found in its text without knowing its format: good enough to put logs in order.
 */
import { viewOf } from './find-bytes.js';
import { LogClock } from './log-clock.js';

/** A stamp as it stands in the log. */
export type Stamp =
  | { readonly kind: 'full'; readonly seconds: number }
  /** `Nov 23 09:31:07`. */
  | { readonly kind: 'yearless'; readonly text: string };

const linesLookedAt = 100;
const yearless = /^(?:<\d{1,3}>)?([A-Z][a-z]{2} [ \d]?\d \d\d:\d\d:\d\d)/;
const iso = /^.{0,40}?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z| ?[+-]\d\d:?\d\d)?)/;
/** TAI64N (qmail's multilog): 2^62 stands for 1970. */
const tai64n = /^@4([0-9a-f]{15})[0-9a-f]{8}/;

/** The first stamp at the beginning of a line; null where there is none soon. */
export function findStamp(text: string): Stamp | null {
  for (const line of text.split('\n', linesLookedAt)) {
    const found = stampOf(line);
    if (found !== null) return found;
  }
  return null;
}

/** Seconds since 1970; a stamp without a year gets the latest that is not after `end` (ms); 0 for what is no stamp. */
export function secondsOfStamp(stamp: Stamp, end: number): number {
  if (stamp.kind === 'full') return stamp.seconds;
  const { text } = stamp;
  return new LogClock({ start: null, end }).fromYearless(viewOf(Buffer.from(text)), 0, text.length - 8);
}

function stampOf(line: string): Stamp | null {
  const text = yearless.exec(line)?.[1];
  if (text !== undefined) return { kind: 'yearless', text };
  const tai = tai64n.exec(line)?.[1];
  if (tai !== undefined) return { kind: 'full', seconds: Number.parseInt(tai, 16) };
  const full = iso.exec(line)?.[1];
  if (full === undefined) return null;
  const clock = new LogClock({ start: null, end: 0 });
  const seconds = clock.fromIso(viewOf(Buffer.from(full)), 0, full.length);
  return seconds === 0 ? null : { kind: 'full', seconds };
}
