/**
 * Why: the reasons behind the verdicts, each with what it means.
 */
import { reasonsByVerdict, type AskedVerdict, type Reason } from '../../verdict/evidence.js';
import { formatCount, formatShare } from '../format-numbers.js';
import type { Summary } from '../summary.js';
import { stackedBar } from './bars.js';
import { markup, type Markup } from './markup.js';
import { wordsForReason } from './wording.js';

/** A reason that occurred, and for how many senders. */
export interface CountedReason {
  readonly verdict: AskedVerdict;
  readonly reason: Reason;
  readonly senders: number;
}

/** The section. */
export function renderReasons(summary: Summary): Markup {
  const counted = countedReasons(summary);
  const most = counted.reduce((greatest, { senders }) => Math.max(greatest, senders), 1);
  return markup`<section aria-labelledby="reasons">
<h2 id="reasons">Reasons</h2>
<div class="scroll" tabindex="0" role="group" aria-labelledby="reasons">
<table>
<thead><tr><th scope="col">Verdict and reason</th><th scope="col" class="number" colspan="2">Senders</th><th scope="col" class="bar-column"><span class="visually-hidden">Bar</span></th><th scope="col" class="wide">Meaning</th></tr></thead>
<tbody>
${counted.map((reason) => renderRow(reason, most, summary.totals.checked))}
</tbody>
</table>
</div>
</section>
`;
}

/** The reasons of a summary, most senders first. */
export function countedReasons({ reasons }: Summary): CountedReason[] {
  const all = (Object.keys(reasonsByVerdict) as AskedVerdict[]).flatMap((verdict) =>
    reasonsByVerdict[verdict].map((reason) => ({ verdict, reason, senders: reasons[`${verdict}/${reason}`] ?? 0 })),
  );
  return all.filter(({ senders }) => senders > 0).toSorted((a, b) => b.senders - a.senders);
}

function renderRow({ verdict, reason, senders }: CountedReason, most: number, checked: number): Markup {
  const share = verdict === 'skipped' ? '' : formatShare(senders, checked);
  const kind = `${verdict}/${reason}`;
  return markup`<tr><th scope="row"><a href="#senders" data-kind="${kind}"><span class="swatch fill-${verdict}"></span><span class="dim">${verdict}/</span>${reason}</a></th><td class="number">${formatCount(senders)}</td><td class="number share">${share}</td><td class="bar-column">${stackedBar([{ verdict, value: senders }], most)}</td><td class="wide">${wordsForReason(verdict, reason)}</td></tr>
`;
}
