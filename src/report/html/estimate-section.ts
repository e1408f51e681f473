/**
 * What a sample tells of all senders: each share with its 95 % interval, drawn on a scale from 0 to 100 %.
 */
import type { Estimate } from '../estimate.js';
import { formatCount, formatCounted } from '../format-numbers.js';
import type { SampleEstimates, Summary } from '../summary.js';
import { formatInterval } from '../text-estimates.js';
import { rangeBar } from './bars.js';
import { markup, type Markup } from './markup.js';

/** The section; nothing where the survey is no sample. */
export function renderEstimates({ survey }: Summary): Markup {
  if (survey.sample === null) return markup``;
  const { population, estimates } = survey.sample;
  return markup`<section aria-labelledby="estimates">
<h2 id="estimates">Estimated for all ${formatCounted(population, 'sender')}</h2>
${estimates === null ? markup`<p>No estimate before every sender of the sample was asked.</p>` : renderTable(estimates)}
</section>
`;
}

const rows: readonly (readonly [label: string, total: keyof SampleEstimates['totals']])[] = [
  ['Accepted by 2xx or 4xx', 'acceptedOrDeferred'],
  ['Reachable', 'reachable'],
  ['Wanted but rejected', 'wantedRejected'],
  ['Accepted (2xx)', 'accepted2xx'],
  ['Deferred (4xx)', 'deferred4xx'],
  ['Rejected (5xx)', 'rejected5xx'],
  ['No answer', 'noAnswer'],
  ['Unreachable', 'unreachable'],
  ['Undeliverable', 'undeliverable'],
];

function renderTable({ totals, messages, whatIf }: SampleEstimates): Markup {
  const { refused } = whatIf.rejectUnverified;
  return markup`<p>The senders of the sample were asked; these are shares of the checked among all, with intervals that hold the true share in 95 of 100 samples.</p>
<div class="scroll" tabindex="0" role="group" aria-labelledby="estimates">
<table>
<thead><tr><th scope="col">Share</th><th scope="col" class="number">About</th><th scope="col" class="number">Senders</th><th scope="col" class="bar-column"><span class="visually-hidden">Interval</span></th><th scope="col" class="number">Messages</th></tr></thead>
<tbody>
${rows.map(([label, total]) => renderRow(label, totals[total], messages?.[total] ?? null))}
${renderRow('Refused by reject_unverified_sender', refused.senders, refused.messages)}
</tbody>
</table>
</div>`;
}

function renderRow(label: string, senders: Estimate | null, messages: Estimate | null): Markup | null {
  if (senders === null) return null;
  const { about, share, low, high } = senders;
  return markup`<tr><th scope="row">${label}</th><td class="number">${formatCount(about)}</td><td class="number">${formatInterval(senders)}</td><td class="bar-column">${rangeBar(low, high, share)}</td><td class="number">${formatInterval(messages)}</td></tr>
`;
}
