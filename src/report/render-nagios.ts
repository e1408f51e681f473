/**
 * The summary as a monitoring plugin's answer (Nagios, Icinga and their like): one line of text and performance data,
 * and the exit code that goes with it.
 */
import { formatCounted } from './format-numbers.js';
import { makeHarmless } from './harmless-text.js';
import type { Summary } from './summary.js';
import { isAlarming, watchedTotals, type Threshold, type Watched } from './thresholds.js';

/** The exit codes of plugins. */
const codes = { OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3 } as const;
type Status = keyof typeof codes;

/** What a plugin prints, and its exit code. */
export interface NagiosAnswer {
  readonly text: string;
  readonly exitCode: number;
}

/** Judges the shares of the senders checked; UNKNOWN where none was. */
export function renderNagios(
  { survey, totals }: Summary,
  warn: readonly Threshold[],
  critical: readonly Threshold[],
): NagiosAnswer {
  const day = survey.started.slice(0, 10);
  if (totals.checked === 0) return unknownAnswer(`the survey of ${day} has checked no sender`);
  const shares = sharesOf(totals);
  const alarms = [...critical, ...warn].filter((threshold) => isAlarming(threshold, shares[threshold.watched]));
  const isCritical = alarms.some((threshold) => critical.includes(threshold));
  const status: Status = isCritical ? 'CRITICAL' : alarms.length > 0 ? 'WARNING' : 'OK';
  const named = new Set(alarms.length > 0 ? alarms.map(({ watched }) => watched) : usual);
  const told = [...named].map((watched) => `${watched} ${shares[watched]} %`).join(', ');
  const pending = totals.pending > 0 ? `, ${formatCounted(totals.pending, 'sender')} pending` : '';
  const words = `${told} of ${formatCounted(totals.checked, 'sender')} checked on ${day}${pending}`;
  return answer(status, words, ` | ${performanceData(shares, warn, critical)} checked=${totals.checked};;;0`);
}

/** The answer where there is nothing to judge. */
export function unknownAnswer(why: string): NagiosAnswer {
  return answer('UNKNOWN', makeHarmless(why).replaceAll('|', '?'), '');
}

/** Told when nothing is alarming. */
const usual: readonly Watched[] = ['accepted', 'rejected'];

function answer(status: Status, words: string, data: string): NagiosAnswer {
  return { text: `SENDER-SURVEY ${status} - ${words}${data}\n`, exitCode: codes[status] };
}

/** In per cent, two decimals at most. */
function sharesOf(totals: Summary['totals']): Record<Watched, number> {
  const shares = Object.entries(watchedTotals).map(([watched, total]) => {
    return [watched, Math.round((10_000 * totals[total]) / totals.checked) / 100];
  });
  return Object.fromEntries(shares) as Record<Watched, number>;
}

/** `rejected=38.1%;10;20`: value, warning range, critical range; per cent need no least and most. */
function performanceData(
  shares: Record<Watched, number>,
  warn: readonly Threshold[],
  critical: readonly Threshold[],
): string {
  const rangeOf = (thresholds: readonly Threshold[], watched: string): string =>
    thresholds.find((threshold) => threshold.watched === watched)?.range ?? '';
  return Object.entries(shares)
    .map(([watched, share]) => `${watched}=${share}%;${rangeOf(warn, watched)};${rangeOf(critical, watched)}`)
    .join(' ');
}
