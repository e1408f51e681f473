/**
 * What refusing unverified senders would have cost, as text.
 */
import { formatCount, formatCounted, formatShare } from './format-numbers.js';
import type { Paint } from './paint.js';
import { isExact } from './refusal-days.js';
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
  const { byDay, undatedSenders, undatedMessages } = whatIf.rejectUnverified;
  if (byDay.length < 2) return [];
  const undated = `Without a time: ${formatCounted(undatedSenders, 'sender')}, ${formatCounted(undatedMessages, 'message')} refused`;
  return [
    paint('heading', dayLine('By day (UTC)', ['new senders', 'refused', '', 'wanted', 'put off', 'messages refused'])),
    ...byDay.slice(-shownDays).map(renderDay),
    ...(byDay.length > shownDays ? [`… and ${formatCounted(byDay.length - shownDays, 'day')} before`] : []),
    ...(undatedSenders + undatedMessages > 0 ? [undated] : []),
    ...(isExact(byDay) ? [] : [inexact]),
  ];
}

const inexact = 'Ranges: of some messages only the first and the last day are known.';

function renderDay(day: RefusalDay): string {
  return dayLine(day.day, [
    formatCount(day.newSenders),
    formatCount(day.refusedSenders),
    formatShare(day.refusedSenders, day.newSenders),
    formatCount(day.wantedSenders),
    formatCount(day.putOffSenders),
    range(day.refusedMessages),
  ]);
}

const dayColumns = 12;
const fieldColumns = [13, 10, 8, 8, 9, 20];

function dayLine(label: string, fields: readonly string[]): string {
  return label.padEnd(dayColumns) + fields.map((field, index) => field.padStart(fieldColumns[index] ?? 0)).join('');
}

/** With the upper bound alone where both would not fit. */
function range({ least, most }: RefusalDay['refusedMessages']): string {
  if (least === most) return formatCount(least);
  const both = `${formatCount(least)} to ${formatCount(most)}`;
  return both.length < (fieldColumns.at(-1) ?? 0) ? both : `up to ${formatCount(most)}`;
}

function paintIf(alarming: boolean, paint: Paint, text: string): string {
  return alarming ? paint('alarm', text) : text;
}
