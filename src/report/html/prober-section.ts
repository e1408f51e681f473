/**
 * Who asked, where workers did.
 */
import { formatCount, formatShare } from '../format-numbers.js';
import type { Summary } from '../summary.js';
import { markup, type Markup } from './markup.js';

/** The section; nothing where there were no workers. */
export function renderProbers({ probers, totals }: Summary): Markup {
  const entries = Object.entries(probers);
  if (entries.length === 0) return markup``;
  return markup`<section aria-labelledby="probers">
<h2 id="probers">Asked by</h2>
<div class="scroll" tabindex="0" role="group" aria-labelledby="probers">
<table>
<thead><tr><th scope="col">Worker</th><th scope="col" class="number">Senders</th><th scope="col" class="number">Share</th></tr></thead>
<tbody>
${entries.map(([prober, senders]) => markup`<tr><th scope="row">${prober}</th><td class="number">${formatCount(senders)}</td><td class="number">${formatShare(senders, totals.checked)}</td></tr>`)}
</tbody>
</table>
</div>
</section>
`;
}
