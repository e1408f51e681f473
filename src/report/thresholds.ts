/**
 * Thresholds on shares, `rejected=10%`: a total and a range as the Monitoring Plugins guidelines write them. A value
 * outside of the range raises the alarm; with `@`, one inside does.
 *
 *   10 is 0:10    10: is 10 and more    ~:10 is up to 10    @10:20 is not between 10 and 20
 */
import type { Totals } from './summary.js';

/** The shares that can be watched, of all senders checked, and the totals they are shares of. */
export const watchedTotals = {
  accepted: 'accepted2xx',
  deferred: 'deferred4xx',
  rejected: 'rejected5xx',
  'refused-us': 'refusedUs',
  'no-answer': 'noAnswer',
  unreachable: 'unreachable',
  undeliverable: 'undeliverable',
  'wanted-rejected': 'wantedRejected',
} as const satisfies Record<string, keyof Totals>;

/** Name of a share. */
export type Watched = keyof typeof watchedTotals;

/** The range of per cent in which a share is no cause for alarm. */
export interface Threshold {
  readonly watched: Watched;
  /** As written, without per cent signs. */
  readonly range: string;
  readonly least: number;
  readonly most: number;
  /** Alarm inside of the range instead of outside. */
  readonly inside: boolean;
}

/** The threshold, or in words what is wrong with it. */
export type ParsedThreshold =
  { readonly ok: true; readonly threshold: Threshold } | { readonly ok: false; readonly why: string };

const form = /^(@?)(?:(~|\d+(?:\.\d+)?):)?(\d+(?:\.\d+)?)?$/;

/** Reads `rejected=10%`, `accepted=50%:`, `no-answer=@5:10`. */
export function parseThreshold(text: string): ParsedThreshold {
  const [name = '', range = '', ...rest] = text.replaceAll('%', '').split('=');
  if (!isWatched(name)) return { ok: false, why: `not one of ${Object.keys(watchedTotals).join(', ')}` };
  const match = form.exec(range);
  if (match === null || rest.length > 0 || !/\d/.test(range))
    return { ok: false, why: 'not a share such as 10% or 50%:' };
  const [, inside, start = '0', end] = match;
  const least = start === '~' ? -Infinity : Number(start);
  const most = end === undefined ? Infinity : Number(end);
  if (least > most) return { ok: false, why: 'begins after its end' };
  return { ok: true, threshold: { watched: name, range, least, most, inside: inside === '@' } };
}

/** Whether a share, in per cent, raises the alarm. */
export function isAlarming({ least, most, inside }: Threshold, percent: number): boolean {
  return (percent >= least && percent <= most) === inside;
}

function isWatched(name: string): name is Watched {
  return Object.hasOwn(watchedTotals, name);
}
