/**
 * The state of the mail queue as text for a terminal of 80 columns.
 */
import { formatCount, formatDuration, formatShare } from '../report/format-numbers.js';
import { padText } from '../report/harmless-text.js';
import { plain, type Paint } from '../report/paint.js';
import { more } from '../report/text-table.js';
import type { BounceFate, QueueSummary } from './queue-summary.js';

const shownDomains = 10;
const labelColumns = 48;

const fates: readonly (readonly [label: string, fate: BounceFate])[] = [
  ['  to senders that do not exist', 'invalid'],
  ['  to senders that exist', 'valid'],
  ['  to senders whose server did not say', 'undecided'],
  ['  to senders nobody has asked about', 'unknown'],
];

/** The report, with a final newline. */
export function renderQueueText(summary: QueueSummary, paint: Paint = plain): string {
  const { totals, oldestSeconds, bouncesTo, state } = summary;
  const lines = [
    paint('heading', `Mail queue of ${summary.listed.slice(0, 16).replace('T', ' ')} UTC`),
    line('Messages that wait', totals.messages),
    line('Recipients', totals.recipients),
    line('Bounces (null sender)', totals.bounces, totals.messages),
    ...fates.flatMap(([label, fate]) => (bouncesTo === null ? [] : [line(label, bouncesTo[fate], totals.bounces)])),
    ...(totals.malformed > 0 ? [line('Entries not understood', totals.malformed)] : []),
    ...(oldestSeconds === null ? [] : [`Oldest: ${formatDuration(oldestSeconds * 1000)}`]),
    ...(state === null && totals.bounces > 0 ? ['No state: survey this listing to learn which senders exist.'] : []),
    ...renderDomains(summary, paint),
  ];
  return `${lines.join('\n')}\n`;
}

function renderDomains({ domains, bouncesTo }: QueueSummary, paint: Paint): string[] {
  if (domains.length === 0) return [];
  const counts = (bounces: string, invalid: string): string =>
    bounces.padStart(14) + (bouncesTo === null ? '' : invalid.padStart(16));
  return [
    '',
    paint('heading', 'Bounces by domain'.padEnd(labelColumns) + counts('bounces', 'do not exist')),
    ...domains.slice(0, shownDomains).map(({ domain, bounces, invalid }) => {
      return padText(domain, labelColumns) + counts(formatCount(bounces), formatCount(invalid));
    }),
    ...more(domains.length - shownDomains),
  ];
}

function line(label: string, count: number, whole = 0): string {
  const share = formatShare(count, whole);
  return (label.padEnd(labelColumns) + formatCount(count).padStart(14) + share.padStart(10)).trimEnd();
}
