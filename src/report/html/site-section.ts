/**
 * The sites with most senders: what they answered, and how long it took them. A site is the servers of one operator.
 */
import { scaleLog } from 'd3-scale';
import { formatCount, formatCounted } from '../format-numbers.js';
import { fitText } from '../harmless-text.js';
import type { SiteSummary, Summary } from '../summary.js';
import { rangeBar, stackedBar } from './bars.js';
import { markup, type Markup } from './markup.js';

const mostRows = 20;

/** The section. */
export function renderSites({ sites }: Summary): Markup {
  if (sites.length === 0) return markup``;
  const shown = sites.slice(0, mostRows);
  const placeOf = placeTimes(shown);
  const more = sites.length - shown.length;
  return markup`<section aria-labelledby="sites">
<h2 id="sites">Biggest sites</h2>
<p>A site is the mail servers of one operator. Times are those of single senders, the median and what 95 % stayed below, as numbers and as lines on one logarithmic scale. The first sender of a session waits for the connection too, the others only for their own answers, which often come together with it.</p>
<div class="scroll" tabindex="0" role="group" aria-labelledby="sites">
<table>
<thead><tr><th scope="col">Site</th><th scope="col" class="bar-column">Answers</th><th scope="col" class="number">Senders</th><th scope="col" class="number">2xx</th><th scope="col" class="number">4xx</th><th scope="col" class="number">5xx</th><th scope="col" class="number">None</th><th scope="col" class="number">Sessions</th><th scope="col" class="bar-column">Times</th><th scope="col" class="number">Median</th><th scope="col" class="number">95 %</th></tr></thead>
<tbody>
${shown.map((site) => renderRow(site, placeOf))}
</tbody>
</table>
</div>
${more > 0 && markup`<p class="small">… and ${formatCounted(more, 'more site')}</p>`}
</section>
`;
}

/** Where a time stands, 0 to 1, on a logarithmic scale that holds all of them. */
function placeTimes(sites: readonly SiteSummary[]): (milliseconds: number) => number {
  const times = sites.flatMap(({ p50Ms, p95Ms }) => [p50Ms, p95Ms]).map(atLeastOne);
  const scale = scaleLog([Math.min(...times), Math.max(...times, 10)], [0, 1]);
  return (milliseconds) => scale(atLeastOne(milliseconds));
}

function atLeastOne(milliseconds: number): number {
  return Math.max(milliseconds, 1);
}

function renderRow(site: SiteSummary, placeOf: (milliseconds: number) => number): Markup {
  const { senders, accepted2xx, deferred4xx, rejected5xx, noAnswer, unreachable, sessions, p50Ms, p95Ms } = site;
  const answers = [
    { verdict: 'accepted', value: accepted2xx },
    { verdict: 'deferred', value: deferred4xx },
    { verdict: 'rejected', value: rejected5xx },
    { verdict: 'no-answer', value: noAnswer },
    { verdict: 'unreachable', value: unreachable },
  ] as const;
  const counts = [senders, accepted2xx, deferred4xx, rejected5xx, noAnswer + unreachable, sessions];
  return markup`<tr><th scope="row"><bdi class="address">${fitText(site.site, 36)}</bdi></th><td class="bar-column">${stackedBar(answers, senders)}</td>${counts.map((count) => markup`<td class="number">${formatCount(count)}</td>`)}<td class="bar-column">${rangeBar(placeOf(p50Ms), placeOf(p95Ms), placeOf(p50Ms))}</td><td class="number">${duration(p50Ms)}</td><td class="number">${duration(p95Ms)}</td></tr>
`;
}

function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
