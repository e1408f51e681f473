/**
 * The summary for Prometheus: text exposition format 0.0.4, to be put into a .prom file for node_exporter's textfile
 * collector. That collector refuses samples with timestamps, so the survey's times are metrics of their own.
 */
import { metric, type Sample } from './prometheus-metric.js';
import type { Refusals, SiteSummary, Summary, Totals } from './summary.js';
import { verdictTotals } from './totals.js';

/** Sites are labels, and labels cost memory in Prometheus: the biggest are given. */
const shownSites = 20;

/** The report, all gauges: a survey counts anew. */
export function renderPrometheus(summary: Summary): string {
  const { survey, input, totals, messages, whatIf, sites } = summary;
  const refusals = whatIf.rejectUnverified;
  return [
    metric('start_timestamp_seconds', 'When the survey began.', [[{}, seconds(survey.started)]]),
    metric(
      'end_timestamp_seconds',
      'When the survey ended or was interrupted; absent while it runs.',
      survey.finished === null ? [] : [[{}, seconds(survey.finished)]],
    ),
    metric('complete', 'Whether every sender was asked (1) or some are pending (0).', [[{}, survey.complete ? 1 : 0]]),
    metric('input_files', 'Files read.', [[{}, input.files]]),
    metric('input_bytes', 'Bytes read, decompressed.', [[{}, input.bytes]]),
    metric('input_lines', 'Lines read.', [[{}, input.lines]]),
    metric('input_malformed', 'Lines and addresses not understood.', [[{}, input.malformed]]),
    metric('input_messages', 'Messages found.', [[{}, input.messages]]),
    metric('input_null_senders', 'Messages of the null sender.', [[{}, input.nullSenders]]),
    metric('senders', 'Senders by verdict.', byVerdict(totals)),
    metric('messages', 'Messages by the verdict of their sender.', byVerdict(messages)),
    metric('senders_by_reason', 'Senders by verdict and reason.', byReason(summary.reasons)),
    metric('checked_senders', 'Senders with a verdict other than skipped and pending.', [[{}, totals.checked]]),
    metric('reachable_senders', 'Senders a server of whose domain took a connection.', [[{}, totals.reachable]]),
    metric('wanted_rejected_senders', 'Wanted senders that were rejected.', [[{}, totals.wantedRejected]]),
    metric(
      'what_if_senders',
      'Senders by what reject_unverified_sender would have done to them.',
      byFate(refusals, 'senders'),
    ),
    metric(
      'what_if_messages',
      'Messages by what reject_unverified_sender would have done to them.',
      byFate(refusals, 'messages'),
    ),
    metric(
      'site_senders',
      `Senders of the ${shownSites} biggest sites.`,
      bySite(sites, ({ senders }) => senders),
    ),
    metric(
      'site_sessions',
      'Sessions held with the biggest sites.',
      bySite(sites, ({ sessions }) => sessions),
    ),
    metric(
      'site_median_seconds',
      'Time taken to ask about a sender: median.',
      bySite(sites, ({ p50Ms }) => p50Ms / 1000),
    ),
    metric(
      'site_p95_seconds',
      'Time taken to ask about a sender: 95th percentile.',
      bySite(sites, ({ p95Ms }) => p95Ms / 1000),
    ),
  ].join('');
}

function seconds(time: string): number {
  return Date.parse(time) / 1000;
}

function byVerdict(totals: Readonly<Totals>): Sample[] {
  return Object.entries(verdictTotals).map(([verdict, total]) => [{ verdict }, totals[total]]);
}

function byReason(reasons: Summary['reasons']): Sample[] {
  return Object.entries(reasons).map(([words, senders]) => {
    const [verdict = '', reason = ''] = words.split('/');
    return [{ verdict, reason }, senders];
  });
}

function byFate(refusals: Summary['whatIf']['rejectUnverified'], unit: 'senders' | 'messages'): Sample[] {
  const wantedUnit = unit === 'senders' ? 'wantedSenders' : 'wantedMessages';
  const both = (fate: string, counts: Readonly<Refusals>): Sample[] => [
    [{ fate, wanted: 'true' }, counts[wantedUnit]],
    [{ fate, wanted: 'false' }, counts[unit] - counts[wantedUnit]],
  ];
  return [...both('refused', refusals), ...both('put-off', refusals.putOff)];
}

function bySite(sites: readonly SiteSummary[], valueOf: (site: SiteSummary) => number): Sample[] {
  return sites.slice(0, shownSites).map((site) => [{ site: site.site }, valueOf(site)]);
}
