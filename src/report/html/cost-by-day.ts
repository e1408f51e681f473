/**
 * Refusals by day: how many senders were new on each day, and how many of them would have been refused.
 */
import { formatCount, formatShare } from '../format-numbers.js';
import type { RefusalDay, RejectUnverified } from '../summary.js';
import { stackedBar } from './bars.js';
import { markup, type Markup } from './markup.js';

/** The table, each day with its bar; nothing where no day is known. Days past the first 60 are not shown. */
export function renderCostByDay({ byDay, undatedSenders }: RejectUnverified): Markup | null {
  if (byDay.length === 0) return null;
  const most = byDay.reduce((greatest, { newSenders }) => Math.max(greatest, newSenders), 1);
  const more = byDay.length - mostDays;
  return markup`<h3 id="days">By day</h3>
<p class="small">Senders are counted on the day they were first seen (UTC). Of their messages it is known when the first and the last came, so that refused ones are given as a range where they may have come on several days.</p>
<div class="scroll" tabindex="0" role="group" aria-labelledby="days">
<table>
<thead><tr><th scope="col">Day</th><th scope="col" class="number">New senders</th><th scope="col" class="number" colspan="2"><span class="swatch fill-rejected"></span>Refused</th><th scope="col" class="bar-column"><span class="visually-hidden">Bar</span></th><th scope="col" class="number">Wanted</th><th scope="col" class="number">Messages refused</th></tr></thead>
<tbody>
${byDay.slice(0, mostDays).map((day) => renderDay(day, most))}
</tbody>
</table>
</div>
${more > 0 && markup`<p class="small">… and ${formatCount(more)} more days</p>`}
${undatedSenders > 0 && markup`<p class="small">${formatCount(undatedSenders)} refused senders belong to no day: their log has no times.</p>`}`;
}

const mostDays = 60;

function renderDay(
  { day, newSenders, refusedSenders, wantedSenders, refusedMessages }: RefusalDay,
  most: number,
): Markup {
  const { least, most: greatest } = refusedMessages;
  const parts = [
    { verdict: 'rejected', value: refusedSenders },
    { verdict: 'skipped', value: newSenders - refusedSenders },
  ] as const;
  const messages = least === greatest ? formatCount(least) : `${formatCount(least)}–${formatCount(greatest)}`;
  return markup`<tr><th scope="row" class="nowrap">${day}</th><td class="number">${formatCount(newSenders)}</td><td class="number">${formatCount(refusedSenders)}</td><td class="number share">${formatShare(refusedSenders, newSenders)}</td><td class="bar-column">${stackedBar(parts, most)}</td><td class="number">${formatCount(wantedSenders)}</td><td class="number">${messages}</td></tr>
`;
}
