/**
 * Refusals by day: how many senders were new on each day, and how many of them would have been refused.
 */
import { formatCount, formatCounted, formatShare } from '../format-numbers.js';
import { isExact } from '../refusal-days.js';
import type { RefusalDay, RejectUnverified } from '../summary.js';
import { stackedBar } from './bars.js';
import { markup, type Markup } from './markup.js';

/** The table, each day with its bar; nothing where no day is known. Days past the first 60 are not shown. */
export function renderCostByDay({ byDay, undatedSenders, undatedMessages }: RejectUnverified): Markup | null {
  if (byDay.length === 0) return null;
  const most = byDay.reduce((greatest, { newSenders }) => Math.max(greatest, newSenders), 1);
  const more = byDay.length - mostDays;
  return markup`<h3 id="days">By day</h3>
<p class="small">Senders are counted on the day they were first seen (UTC), messages on the day they came.${!isExact(byDay) && ' Of some messages it is only known on which days the first and the last came (tables have no more, nor have states of older versions), so that there is a range of what can have come on a day.'}</p>
<div class="scroll" tabindex="0" role="group" aria-labelledby="days">
<table>
<thead><tr><th scope="col">Day</th><th scope="col" class="number">New senders</th><th scope="col" class="number" colspan="2"><span class="swatch fill-rejected"></span>Refused</th><th scope="col" class="bar-column"><span class="visually-hidden">Bar</span></th><th scope="col" class="number">Wanted</th><th scope="col" class="number">Refusing us</th><th scope="col" class="number"><span class="swatch fill-deferred"></span>Put off</th><th scope="col" class="number">Messages refused</th></tr></thead>
<tbody>
${byDay.slice(0, mostDays).map((day) => renderDay(day, most))}
</tbody>
</table>
</div>
${more > 0 && markup`<p class="small">… and ${formatCount(more)} more days</p>`}
${undatedSenders + undatedMessages > 0 && markup`<p class="small">${formatCounted(undatedSenders, 'refused sender')} and ${formatCounted(undatedMessages, 'refused message')} belong to no day: their input has no times.</p>`}`;
}

const mostDays = 60;

function renderDay(day: RefusalDay, mostSenders: number): Markup {
  const { newSenders, refusedSenders, wantedSenders, refusingUsSenders, putOffSenders, refusedMessages } = day;
  const { least, most } = refusedMessages;
  const parts = [
    { verdict: 'rejected', value: refusedSenders },
    { verdict: 'deferred', value: putOffSenders },
    { verdict: 'skipped', value: newSenders - refusedSenders - putOffSenders },
  ] as const;
  const messages = least === most ? formatCount(least) : `${formatCount(least)}–${formatCount(most)}`;
  return markup`<tr><th scope="row" class="nowrap">${day.day}</th><td class="number">${formatCount(newSenders)}</td><td class="number">${formatCount(refusedSenders)}</td><td class="number share">${formatShare(refusedSenders, newSenders)}</td><td class="bar-column">${stackedBar(parts, mostSenders)}</td><td class="number">${formatCount(wantedSenders)}</td><td class="number">${formatCount(refusingUsSenders)}</td><td class="number">${formatCount(putOffSenders)}</td><td class="number">${messages}</td></tr>
`;
}
