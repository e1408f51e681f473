/**
 * What refusing unverified senders would have cost, as text.
 */
import { formatCount, formatShare } from './format-numbers.js';
import type { Paint } from './paint.js';
import type { RefusalDay, Refusals, Summary } from './summary.js';
import { tableLine } from './text-table.js';

/** The latest days are shown, this many. */
const shownDays = 14;

/** What would have been refused, put off, and let in without proof. */
export function renderRefusals({ whatIf, totals, messages }: Summary, paint: Paint): string[] {
  if (totals.checked === 0) return [];
  const wholes = { senders: totals.checked, messages: messages.checked };
  const { rejectUnverified: refused } = whatIf;
  const line = (label: string, counts: Refusals): string => tableLine(label, counts, wholes);
  const wanted = (counts: Refusals): string =>
    paintIf(
      counts.wantedSenders > 0,
      paint,
      tableLine('  wanted ones among them', { senders: counts.wantedSenders, messages: counts.wantedMessages }, wholes),
    );
  return [
    paint('heading', 'Had reject_unverified_sender of Postfix checked this mail'),
    line('Refused', refused),
    wanted(refused),
    line('  by servers that refuse us: no proof', refused.refusingUs),
    line('Put off: 4xx, or no answer', refused.putOff),
    wanted(refused.putOff),
    ...(refused.catchAll.senders > 0 ? [line('Let in by a catch-all: no proof', refused.catchAll)] : []),
  ];
}

/** The same by day, where the inputs have times and tell of more than one day. */
export function renderRefusalDays({ whatIf }: Summary, paint: Paint): string[] {
  const { byDay, undatedSenders } = whatIf.rejectUnverified;
  if (byDay.length < 2) return [];
  const undated = undatedSenders > 0 ? [`Without a day: ${formatCount(undatedSenders)} refused`] : [];
  return [
    paint('heading', dayLine('Refused by day (UTC)', ['new senders', 'refused', '', 'wanted', 'messages refused'])),
    ...byDay.slice(-shownDays).map(renderDay),
    ...(byDay.length > shownDays ? [`… and ${formatCount(byDay.length - shownDays)} days before`] : []),
    ...undated,
  ];
}

function renderDay({ day, newSenders, refusedSenders, wantedSenders, refusedMessages }: RefusalDay): string {
  return dayLine(day, [
    formatCount(newSenders),
    formatCount(refusedSenders),
    formatShare(refusedSenders, newSenders),
    formatCount(wantedSenders),
    range(refusedMessages.least, refusedMessages.most),
  ]);
}

function dayLine(label: string, fields: readonly string[]): string {
  const widths = [13, 10, 9, 8, 20];
  return label.padEnd(20) + fields.map((field, index) => field.padStart(widths[index] ?? 0)).join('');
}

function range(least: number, most: number): string {
  return least === most ? formatCount(least) : `${formatCount(least)} to ${formatCount(most)}`;
}

function paintIf(alarming: boolean, paint: Paint, text: string): string {
  return alarming ? paint('alarm', text) : text;
}
