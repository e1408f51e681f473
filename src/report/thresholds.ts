/**
 * Thresholds, `rejected=10%`: what is watched and a range as the Monitoring Plugins guidelines write them. A value outside of the
 * range raises the alarm; with `@`, one inside does.
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
export type WatchedShare = keyof typeof watchedTotals;

/** Names of all shares. */
export const sharesWatched = Object.keys(watchedTotals) as WatchedShare[];

/** The range in which a value is no cause for alarm. */
export interface Threshold<Watched extends string = WatchedShare> {
  readonly watched: Watched;
  /** As written, without per cent signs. */
  readonly range: string;
  readonly least: number;
  readonly most: number;
  /** Alarm inside of the range instead of outside. */
  readonly inside: boolean;
}

/** The threshold, or in words what is wrong with it. */
export type ParsedThreshold<Watched extends string> =
  { readonly ok: true; readonly threshold: Threshold<Watched> } | { readonly ok: false; readonly why: string };

const form = /^(@?)(?:(~|\d+(?:\.\d+)?):)?(\d+(?:\.\d+)?)?$/;

/** Reads `rejected=10%`, `accepted=50%:`, `bounces=@5:10`; `names` are those that can be watched. */
export function parseThreshold<Watched extends string>(
  text: string,
  names: readonly Watched[],
): ParsedThreshold<Watched> {
  const [name = '', range = '', ...rest] = text.replaceAll('%', '').split('=');
  const watched = names.find((each) => each === name);
  if (watched === undefined) return { ok: false, why: `not one of ${names.join(', ')}` };
  const match = form.exec(range);
  if (match === null || rest.length > 0 || !/\d/.test(range))
    return { ok: false, why: 'not a limit such as 10 or a range such as 50:' };
  const [, inside, start = '0', end] = match;
  const least = start === '~' ? -Infinity : Number(start);
  const most = end === undefined ? Infinity : Number(end);
  if (least > most) return { ok: false, why: 'begins after its end' };
  return { ok: true, threshold: { watched, range, least, most, inside: inside === '@' } };
}

/** Whether a value raises the alarm. */
export function isAlarming(
  { least, most, inside }: Pick<Threshold, 'least' | 'most' | 'inside'>,
  value: number,
): boolean {
  return (value >= least && value <= most) === inside;
}
