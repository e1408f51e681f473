/**
 * The summary as a monitoring plugin's answer.
 */
import { formatCounted } from './format-numbers.js';
import { judgeValues, unknownAnswer, type NagiosAnswer } from './nagios-answer.js';
import type { Summary } from './summary.js';
import { watchedTotals, type Threshold, type WatchedShare } from './thresholds.js';

/** Judges the shares of the senders checked; UNKNOWN where none was. */
export function renderNagios(
  { survey, totals }: Summary,
  warn: readonly Threshold[],
  critical: readonly Threshold[],
): NagiosAnswer {
  const day = survey.started.slice(0, 10);
  if (totals.checked === 0) return unknownAnswer(`the survey of ${day} has checked no sender`);
  const pending = totals.pending > 0 ? `, ${formatCounted(totals.pending, 'sender')} pending` : '';
  return judgeValues(
    { values: sharesOf(totals), unit: '%', warn, critical, usual: ['accepted', 'rejected'] },
    ` of ${formatCounted(totals.checked, 'sender')} checked on ${day}${pending}`,
    ` checked=${totals.checked};;;0`,
  );
}

/** In per cent, two decimals at most. */
function sharesOf(totals: Summary['totals']): Record<WatchedShare, number> {
  const shares = Object.entries(watchedTotals).map(([watched, total]) => {
    return [watched, Math.round((10_000 * totals[total]) / totals.checked) / 100];
  });
  return Object.fromEntries(shares) as Record<WatchedShare, number>;
}
