/**
 * The summary as text for a terminal of 80 columns: first the four totals of the 2005 survey in its order, then the
 * rest. Everything that came from the network is made harmless.
 */
import { formatBytes, formatCount, formatCounted, formatDuration } from './format-numbers.js';
import { fitText, padText } from './harmless-text.js';
import { plain, type Paint } from './paint.js';
import type { RejectedSender, SiteSummary, Summary, Totals } from './summary.js';
import { renderChart } from './text-chart.js';
import { renderEstimates, withInterval } from './text-estimates.js';
import { renderRefusalDays, renderRefusals } from './text-refusals.js';
import { more, sendersLine, tableHead, tableLine } from './text-table.js';

/** How much of a long list is shown. */
const shown = { wanted: 20, reasons: 12, sites: 10, probers: 20 };

/** The text report, with a final newline. */
export function renderText(summary: Summary, paint: Paint = plain): string {
  const sections = [
    renderHead(summary),
    renderTotals(summary, paint),
    renderEstimates(summary, [...mainTotals, ...otherTotals], paint),
    renderChart(summary, paint),
    renderRefusals(summary, paint),
    renderRefusalDays(summary, paint),
    renderWanted(summary.wantedRejected, paint),
    renderReasons(summary, paint),
    renderSites(summary.sites, paint),
    renderProbers(summary, paint),
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

const mainTotals: readonly (readonly [label: string, total: Exclude<keyof Totals, 'pending'>])[] = [
  ['Checked', 'checked'],
  ['Accepted by 2xx or 4xx', 'acceptedOrDeferred'],
  ['Reachable', 'reachable'],
  ['Wanted but rejected', 'wantedRejected'],
];

const otherTotals: typeof mainTotals = [
  ['Accepted (2xx)', 'accepted2xx'],
  ['Deferred (4xx)', 'deferred4xx'],
  ['Rejected (5xx)', 'rejected5xx'],
  ['  of these, us and not the sender', 'refusedUs'],
  ['No answer (timeout, hang-up …)', 'noAnswer'],
  ['Unreachable', 'unreachable'],
  ['Undeliverable (no domain, no server)', 'undeliverable'],
];

/** Not among the checked, so that they have no share of them; shown only if there are any. */
const notChecked: readonly (readonly [label: string, total: keyof Totals])[] = [
  ['Not checked: skipped', 'skipped'],
  ['Not checked: pending', 'pending'],
];

function renderTotals({ totals, messages, survey }: Summary, paint: Paint): string[] {
  const wholes = { senders: totals.checked, messages: messages.checked };
  const counted = ([label, total]: (typeof notChecked)[number], shareOf: typeof wholes): string =>
    tableLine(label, { senders: totals[total], messages: messages[total] }, shareOf);
  return [
    paint('heading', tableHead('', survey.mail === 'rejected' ? 'refused messages' : undefined)),
    ...mainTotals.map((row) => counted(row, wholes)),
    '',
    ...otherTotals.map((row) => counted(row, wholes)),
    ...notChecked.filter(([, total]) => totals[total] > 0).map((row) => counted(row, { senders: 0, messages: 0 })),
  ];
}

function renderWanted(senders: readonly RejectedSender[], paint: Paint): string[] {
  if (senders.length === 0) return [];
  return [
    paint('heading', 'Wanted but rejected'.padEnd(64) + 'messages'.padStart(16)),
    ...senders
      .slice(0, shown.wanted)
      .flatMap((sender) => [
        `${padText(sender.address, 64)}${formatCount(sender.messages).padStart(16)}`,
        `  ${fitText(wordsOf(sender), 78)}`,
      ]),
    ...more(senders.length - shown.wanted),
  ];
}

function wordsOf({ reason, mxHost, replyCode, enhancedCode, replyText }: RejectedSender): string {
  const reply = [replyCode, enhancedCode, replyText].filter((part) => part !== null).join(' ');
  return `${reason}: ${mxHost ?? 'its server'} said ${reply}`;
}

function renderReasons({ reasons, totals, survey }: Summary, paint: Paint): string[] {
  const entries = Object.entries(reasons);
  if (entries.length === 0) return [];
  const estimates = survey.sample?.estimates?.reasons;
  return [
    paint('heading', 'Verdict/reason'.padEnd(37) + 'senders'.padStart(11)),
    ...entries.slice(0, shown.reasons).map(([reason, senders]) => {
      const line = sendersLine(reason, senders, reason.startsWith('skipped/') ? 0 : totals.checked);
      return estimates === undefined ? line : withInterval(line, estimates[reason] ?? null);
    }),
    ...more(entries.length - shown.reasons),
  ];
}

function renderProbers({ probers, totals }: Summary, paint: Paint): string[] {
  const entries = Object.entries(probers);
  if (entries.length === 0) return [];
  return [
    paint('heading', 'Asked by'.padEnd(37) + 'senders'.padStart(11)),
    ...entries
      .slice(0, shown.probers)
      .map(([prober, senders]) => sendersLine(fitText(prober, 36), senders, totals.checked)),
    ...more(entries.length - shown.probers),
  ];
}

function renderSites(sites: readonly SiteSummary[], paint: Paint): string[] {
  if (sites.length === 0) return [];
  return [
    paint('heading', siteLine('Biggest sites', ['senders', '2xx', '4xx', '5xx', 'none', 'median', '95 %'])),
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
