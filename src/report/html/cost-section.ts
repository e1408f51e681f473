/**
 * What refusing unverified senders would have done to this very mail, and how sure that is.
 */
import { formatCount, formatShare } from '../format-numbers.js';
import type { Refusals, Summary } from '../summary.js';
import { renderCostByDay } from './cost-by-day.js';
import { markup, type Markup } from './markup.js';

/** The section. */
export function renderCost(summary: Summary): Markup {
  const { rejectUnverified: refused } = summary.whatIf;
  const { refusingUs, putOff, catchAll } = refused;
  const lines = [
    renderLine(summary, 'Refused', 'their servers reject them, or their domains take no mail', refused),
    refusingUs.senders > 0 &&
      renderLine(summary, 'of these, refusing us', 'about who asked: no evidence against the sender', refusingUs),
    renderLine(summary, 'Put off', 'in doubt: asked to come back until the check can tell', putOff),
    catchAll.senders > 0 && renderLine(summary, 'Let in unproved', 'their domains take any address', catchAll),
  ];
  return markup`<section aria-labelledby="cost">
<h2 id="cost">What refusing unverified senders would have cost</h2>
<p>Had <code>reject_unverified_sender</code> of Postfix been switched on while this mail came in (it asks as this survey does), this is what it would have done.</p>
<div class="scroll" tabindex="0" role="group" aria-labelledby="cost">
<table>
<thead><tr><th scope="col">Mail would have been</th><th scope="col" class="number" colspan="2">Senders</th><th scope="col" class="number" colspan="2">Messages</th><th scope="col" class="number">Wanted senders</th><th scope="col" class="number">Wanted messages</th></tr></thead>
<tbody>
${lines}
</tbody>
</table>
</div>
${renderCostByDay(refused)}
</section>
`;
}

function renderLine({ totals, messages }: Summary, label: string, why: string, counts: Refusals): Markup {
  const isPart = label.startsWith('of these');
  return markup`<tr${isPart && markup` class="part"`}><th scope="row">${label}<span class="reason">${why}</span></th><td class="number">${formatCount(counts.senders)}</td><td class="number share">${formatShare(counts.senders, totals.checked)}</td><td class="number">${formatCount(counts.messages)}</td><td class="number share">${formatShare(counts.messages, messages.checked)}</td><td class="number">${formatCount(counts.wantedSenders)}</td><td class="number">${formatCount(counts.wantedMessages)}</td></tr>
`;
}
