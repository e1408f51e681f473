/**
 * What a sample tells of all senders, as text: shares with their 95 % intervals.
 */
import type { Estimate } from './estimate.js';
import { formatCount, formatCounted } from './format-numbers.js';
import type { Paint } from './paint.js';
import type { SampleEstimates, Summary } from './summary.js';

/** Rows of the totals, as the text report calls them. */
type Rows = readonly (readonly [label: string, total: keyof SampleEstimates['totals']])[];

/** The section; nothing where the survey is no sample. */
export function renderEstimates({ survey }: Summary, rows: Rows, paint: Paint): string[] {
  if (survey.sample === null) return [];
  const { estimates, population } = survey.sample;
  if (estimates === null) return ['No estimate for all senders before every one of the sample was asked.'];
  const { totals, messages, whatIf } = estimates;
  const { refused, putOff } = whatIf.rejectUnverified;
  return [
    paint('heading', line(`Estimated for all ${formatCounted(population, 'sender')}`, heads)),
    ...rows.map(([label, total]) => estimateLine(label, totals[total], messages?.[total] ?? null)),
    estimateLine('Refused by reject_unverified_sender', refused.senders, refused.messages),
    estimateLine('  wanted ones among them', refused.wantedSenders, refused.wantedMessages),
    estimateLine('Put off by it', putOff.senders, putOff.messages),
    'Of 100 samples, about 95 have an interval that holds the true share. Shares are',
    'of the checked; that of the checked themselves is of all.',
  ];
}

const heads = ['about', 'senders, 95 %', 'messages, 95 %'] as const;

/** A line of senders and their share with the interval after it. */
export function withInterval(text: string, estimate: Estimate | null): string {
  return `${text.padEnd(56)}${formatInterval(estimate).padStart(16)}`.trimEnd();
}

function estimateLine(label: string, senders: Estimate | null, messages: Estimate | null): string {
  return line(label, [
    senders === null ? '' : formatCount(senders.about),
    formatInterval(senders),
    formatInterval(messages),
  ]);
}

function line(label: string, [about, senders, messages]: readonly [string, string, string]): string {
  return `${label.padEnd(37)}${about.padStart(11)}${senders.padStart(16)}${messages.padStart(16)}`.trimEnd();
}

/** In per cent, `38.4 to 44.2 %`, rounded outward so that nothing is left out; empty where there is none. */
export function formatInterval(estimate: Estimate | null): string {
  if (estimate === null) return '';
  const low = Math.floor(estimate.low * 1000 + 1e-9) / 10;
  const high = Math.ceil(estimate.high * 1000 - 1e-9) / 10;
  return low === high ? `${low.toFixed(1)} %` : `${low.toFixed(1)} to ${high.toFixed(1)} %`;
}
