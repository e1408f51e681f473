/**
 * The verdicts as a bar chart made of block characters.
 */
import type { Verdict } from '../verdict/evidence.js';
import { formatShare } from './format-numbers.js';
import type { Paint } from './paint.js';
import type { Summary, Totals } from './summary.js';

const bars: readonly (readonly [verdict: Verdict, total: keyof Totals])[] = [
  ['accepted', 'accepted2xx'],
  ['deferred', 'deferred4xx'],
  ['rejected', 'rejected5xx'],
  ['no-answer', 'noAnswer'],
  ['unreachable', 'unreachable'],
  ['undeliverable', 'undeliverable'],
];

const labelColumns = 15;
const barColumns = 57;
/** One eighth of a column to seven of them. */
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** The share of each verdict in the senders checked; the whole width would be all of them. */
export function renderChart({ totals }: Summary, paint: Paint): string[] {
  if (totals.checked === 0) return [];
  return [
    paint('heading', 'Verdicts of the senders checked'),
    ...bars.map(([verdict, total]) => {
      const bar = drawBar(totals[total] / totals.checked);
      const share = formatShare(totals[total], totals.checked).padStart(8);
      return verdict.padEnd(labelColumns) + paint(verdict, bar) + ' '.repeat(barColumns - bar.length) + share;
    }),
  ];
}

/** A bar for a share from 0 to 1; what is more than nothing can be seen. */
function drawBar(share: number): string {
  const steps = Math.round(share * barColumns * 8);
  const visible = share > 0 ? Math.max(1, steps) : 0;
  return '█'.repeat(Math.floor(visible / 8)) + (eighths[visible % 8] ?? '');
}
