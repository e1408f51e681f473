/**
 * All verdicts, by senders and by messages: two stacked bars, and the table behind them, whose swatches explain the
 * colours.
 */
import type { Verdict } from '../../verdict/evidence.js';
import { formatCount, formatShare } from '../format-numbers.js';
import type { Summary, Totals } from '../summary.js';
import { verdictTotals } from '../totals.js';
import { stackedBar } from './bars.js';
import { markup, type Markup } from './markup.js';
import { verdictOrder, verdictWords } from './wording.js';

/** The section. */
export function renderVerdicts({ totals, messages }: Summary): Markup {
  const present = verdictOrder.filter((verdict) => totals[verdictTotals[verdict]] > 0);
  return markup`<section aria-labelledby="verdicts">
<h2 id="verdicts">Verdicts</h2>
<div class="bars" aria-hidden="true">
${renderBar('Senders', present, totals)}
${renderBar('Messages', present, messages)}
</div>
<div class="scroll" tabindex="0" role="group" aria-labelledby="verdicts">
<table>
<thead><tr><th scope="col">Verdict</th><th scope="col" class="number" colspan="2">Senders</th><th scope="col" class="number" colspan="2">Messages</th><th scope="col" class="wide">Meaning</th></tr></thead>
<tbody>
${present.map((verdict) => renderRow(verdict, totals, messages))}
</tbody>
</table>
</div>
</section>
`;
}

function renderBar(label: string, verdicts: readonly Verdict[], counts: Totals): Markup {
  const parts = verdicts.map((verdict) => ({ verdict, value: counts[verdictTotals[verdict]] }));
  const whole = parts.reduce((sum, { value }) => sum + value, 0);
  return markup`<div><span>${label}</span>${stackedBar(parts, whole)}</div>`;
}

function renderRow(verdict: Verdict, totals: Totals, messages: Totals): Markup {
  const total = verdictTotals[verdict];
  const isChecked = verdict !== 'skipped' && verdict !== 'pending';
  const share = (counts: Totals): string => (isChecked ? formatShare(counts[total], counts.checked) : '');
  const aboutUs = verdict === 'rejected' && totals.refusedUs > 0;
  return markup`<tr><th scope="row"><a href="#senders" data-kind="${verdict}"><span class="swatch fill-${verdict}"></span>${verdict}</a></th><td class="number">${formatCount(totals[total])}</td><td class="number share">${share(totals)}</td><td class="number">${formatCount(messages[total])}</td><td class="number share">${share(messages)}</td><td class="wide">${verdictWords[verdict]}</td></tr>
${
  aboutUs &&
  markup`<tr class="part"><th scope="row"><a href="#senders" data-kind="rejected/refused-us">of these, refused-us</a></th><td class="number">${formatCount(totals.refusedUs)}</td><td class="number share">${formatShare(totals.refusedUs, totals.checked)}</td><td class="number">${formatCount(messages.refusedUs)}</td><td class="number share">${formatShare(messages.refusedUs, messages.checked)}</td><td class="wide">about who asked, not about the sender</td></tr>
`
}`;
}
