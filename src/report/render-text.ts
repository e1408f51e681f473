/**
 * The summary as text for a terminal of 80 columns: first the four totals of the 2005 survey in its order, then the
 * rest. Everything that came from the network is made harmless.
 */
import { formatBytes, formatCount, formatCounted, formatDuration, formatShare } from './format-numbers.js';
import { fitText, padText } from './harmless-text.js';
import type { RejectedSender, SiteSummary, Summary, Totals } from './summary.js';

/** How much of a long list is shown. */
const shown = { wanted: 20, reasons: 12, sites: 10 };

/** The text report, with a final newline. */
export function renderText(summary: Summary): string {
  const sections = [
    renderHead(summary),
    renderTotals(summary),
    renderRefusals(summary),
    renderWanted(summary.wantedRejected),
    renderReasons(summary),
    renderSites(summary.sites),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function renderHead({ survey, input, totals }: Summary): string[] {
  const { started, finished, concurrency, sample } = survey;
  const end = finished === null ? 'not finished' : formatDuration(Date.parse(finished) - Date.parse(started));
  const lines = [
    `Survey of ${minute(started)} UTC, ${end}, ${formatCounted(concurrency, 'session')} at once`,
    `Read: ${formatCounted(input.files, 'file')}, ${formatBytes(input.bytes)}, ${formatCounted(input.lines, 'line')}` +
      (input.malformed > 0 ? ` (${formatCount(input.malformed)} not understood)` : ''),
    `Found: ${formatCounted(input.messages, 'message')} by ${formatCounted(input.senders, 'sender')}` +
      (input.nullSenders > 0 ? `, ${formatCount(input.nullSenders)} more by the null sender <>` : ''),
  ];
  if (sample) {
    const { size, population, seed } = sample;
    lines.push(`Sample: ${formatCount(size)} of ${formatCounted(population, 'sender')}, seed ${fitText(seed, 30)}`);
  }
  if (totals.pending > 0) {
    lines.push(`Not complete: ${formatCounted(totals.pending, 'sender')} still to be asked; the same command goes on`);
  }
  return lines;
}

function minute(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}

/** Null is an empty line. */
const totalLines: readonly (readonly [label: string, total: keyof Totals] | null)[] = [
  ['Checked', 'checked'],
  ['Accepted by 2xx or 4xx', 'acceptedOrDeferred'],
  ['Reachable', 'reachable'],
  ['Wanted but rejected', 'wantedRejected'],
  null,
  ['Accepted (2xx)', 'accepted2xx'],
  ['Deferred (4xx)', 'deferred4xx'],
  ['Rejected (5xx)', 'rejected5xx'],
  ['  of these, refused us rather than it', 'refusedUs'],
  ['No answer (timeout, hang-up …)', 'noAnswer'],
  ['Unreachable', 'unreachable'],
  ['Undeliverable (no domain, no server)', 'undeliverable'],
  null,
  ['Not checked: skipped', 'skipped'],
  ['Not checked: pending', 'pending'],
];

function renderTotals({ totals, messages, survey }: Summary): string[] {
  const weighed = survey.mail === 'rejected' ? 'refused messages' : 'messages';
  const head = `${''.padEnd(38)}${'senders'.padStart(11)}${weighed.padStart(22)}`;
  return [
    head,
    ...totalLines.map((line) => {
      if (line === null) return '';
      const [label, total] = line;
      const counts = isChecked(total) ? shareOfChecked(totals, messages, total) : countsOnly(totals, messages, total);
      return (label.padEnd(38) + counts).trimEnd();
    }),
  ];
}

function isChecked(total: keyof Totals): boolean {
  return total !== 'skipped' && total !== 'pending';
}

function shareOfChecked(totals: Totals, messages: Totals, total: keyof Totals): string {
  return [totals, messages]
    .map((kind, index) => {
      const count = formatCount(kind[total]).padStart(index === 0 ? 11 : 13);
      return count + formatShare(kind[total], kind.checked).padStart(9);
    })
    .join('');
}

function countsOnly(totals: Totals, messages: Totals, total: keyof Totals): string {
  return formatCount(totals[total]).padStart(11) + ''.padEnd(9) + formatCount(messages[total]).padStart(13);
}

function renderRefusals({ whatIf, totals }: Summary): string[] {
  const { senders, messages, wantedSenders, wantedMessages } = whatIf.rejectUnverified;
  if (totals.checked === 0) return [];
  return [
    'Refusing unverified senders, as reject_unverified_sender of Postfix does, would',
    `have refused ${formatCounted(senders, 'sender')} with ${formatCounted(messages, 'message')},`,
    `among them ${formatCount(wantedSenders)} wanted with ${formatCounted(wantedMessages, 'message')}.`,
  ];
}

function renderWanted(senders: readonly RejectedSender[]): string[] {
  if (senders.length === 0) return [];
  return [
    'Wanted but rejected'.padEnd(64) + 'messages'.padStart(16),
    ...senders
      .slice(0, shown.wanted)
      .flatMap((sender) => [
        `${padText(sender.address, 66)}${formatCount(sender.messages).padStart(14)}`,
        `  ${fitText(wordsOf(sender), 78)}`,
      ]),
    ...more(senders.length - shown.wanted),
  ];
}

function wordsOf({ reason, mxHost, replyCode, enhancedCode, replyText }: RejectedSender): string {
  const reply = [replyCode, enhancedCode, replyText].filter((part) => part !== null).join(' ');
  return `${reason}: ${mxHost ?? 'its server'} said ${reply}`;
}

function renderReasons({ reasons, totals }: Summary): string[] {
  const entries = Object.entries(reasons);
  if (entries.length === 0) return [];
  return [
    'Verdict/reason'.padEnd(38) + 'senders'.padStart(11),
    ...entries.slice(0, shown.reasons).map(([reason, senders]) => {
      const share = reason.startsWith('skipped/') ? '' : formatShare(senders, totals.checked);
      return (reason.padEnd(38) + formatCount(senders).padStart(11) + share.padStart(9)).trimEnd();
    }),
    ...more(entries.length - shown.reasons),
  ];
}

function renderSites(sites: readonly SiteSummary[]): string[] {
  if (sites.length === 0) return [];
  return [
    siteLine('Biggest sites', ['senders', '2xx', '4xx', '5xx', 'none', 'median', '95 %']),
    ...sites.slice(0, shown.sites).map((site) => {
      const none = site.noAnswer + site.unreachable;
      const counts = [site.senders, site.accepted2xx, site.deferred4xx, site.rejected5xx, none].map(formatCount);
      return siteLine(site.site, [...counts, seconds(site.p50Ms), seconds(site.p95Ms)]);
    }),
    ...more(sites.length - shown.sites),
  ];
}

function siteLine(site: string, fields: readonly string[]): string {
  return padText(site, 24) + fields.map((field) => field.padStart(8)).join('');
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function more(count: number): string[] {
  return count > 0 ? [`… and ${formatCount(count)} more`] : [];
}
