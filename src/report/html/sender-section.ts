/**
 * The table of senders, empty but for its head: the page's script (table-script.js) fills it from the data after it,
 * and needs every id here.
 */
import { formatCount, formatCounted } from '../format-numbers.js';
import type { Summary } from '../summary.js';
import { verdictTotals } from '../totals.js';
import { markup, type Markup } from './markup.js';
import { countedReasons, type CountedReason } from './reason-section.js';
import { verdictOrder } from './wording.js';

/** The section; `shown` senders of `all` are in the data. */
export function renderSenders(summary: Summary, shown: number, all: number): Markup {
  return markup`<section aria-labelledby="senders" id="sender-table">
<h2 id="senders">Senders</h2>
${
  shown < all &&
  markup`<p class="caution">The table holds ${formatCount(shown)} of ${formatCounted(all, 'sender')}: the wanted ones first, those that would be refused before all, then those with most messages. The CSV report (<code>--csv</code>) has every one.</p>`
}
<p class="caution" id="no-script">This table needs JavaScript, which does not run here. The CSV report (<code>--csv</code>) has the same rows.</p>
<form class="filters" id="filters" role="search" aria-label="Senders" hidden>
<label class="grow">Find <input type="search" id="find" autocomplete="off" autocapitalize="none" spellcheck="false" placeholder="address, server or words of a reply"></label>
<label>Verdict <select id="kind"><option value="">all</option>${renderKinds(summary)}</select></label>
<label class="check"><input type="checkbox" id="only-wanted"> wanted only</label>
</form>
<p class="status" id="status" role="status"></p>
<p class="print-only small">Printed are the rows that the browser shows.</p>
<table class="cards" id="rows" aria-labelledby="senders" hidden>
<thead><tr>${renderColumn('address', 'Sender')}${renderColumn('messages', 'Messages')}${renderColumn('verdict', 'Verdict')}<th scope="col">The server’s words</th></tr></thead>
<tbody></tbody>
</table>
<nav class="pages" id="pages" aria-label="Pages of the table" hidden><button type="button" data-step="-Infinity">« first</button><button type="button" data-step="-1">‹ previous</button><span id="page"></span><button type="button" data-step="1">next ›</button><button type="button" data-step="Infinity">last »</button></nav>
</section>
`;
}

function renderColumn(name: string, label: string): Markup {
  return markup`<th scope="col"${name === 'messages' && markup` class="number"`} data-column="${name}"><button type="button">${label}</button></th>`;
}

/** The verdicts that occur, each with its reasons; `pending` has none. */
function renderKinds(summary: Summary): Markup[] {
  const reasons = countedReasons(summary);
  return verdictOrder.flatMap((verdict) => {
    if (summary.totals[verdictTotals[verdict]] === 0) return [];
    const own = reasons.filter((counted) => counted.verdict === verdict);
    return [markup`<option value="${verdict}">${verdict}</option>`, ...own.map(renderReason)];
  });
}

function renderReason({ verdict, reason }: CountedReason): Markup {
  return markup`<option value="${verdict}/${reason}">${verdict}/${reason}</option>`;
}
