/**
 * How the survey went: when how many senders were decided, as a chart and as the table behind it.
 */
import type { Verdict } from '../../verdict/evidence.js';
import { formatCount, formatCounted, formatDuration } from '../format-numbers.js';
import { markedShare, renderCourseChart } from './course-chart.js';
import { sum, timeUntil, type Course } from './course.js';
import { markup, type Markup } from './markup.js';
import { verdictOrder } from './wording.js';

/** One chart for screens and paper, one for phones: letters keep their size in both. */
const sizes = {
  'chart-wide': { width: 960, height: 320, labels: 8 },
  'chart-narrow': { width: 360, height: 260, labels: 3 },
};

/** The section. */
export function renderCourse(course: Course): Markup {
  return markup`<section aria-labelledby="course">
<h2 id="course">Course of the survey</h2>
${course.bins.length === 0 ? markup`<p>Nothing was asked: what could be told was known from before.</p>` : renderChart(course)}
</section>
`;
}

function renderChart(course: Course): Markup {
  const known = sum(course.known);
  return markup`<p>${renderWords(course)}${known > 0 && ` ${formatCounted(known, 'sender')} needed no asking: the answers were known from before.`}</p>
${renderLegend(course)}
${Object.entries(sizes).map(([name, size]) => renderCourseChart(course, size, name))}
<details>
<summary>The chart as a table</summary>
<table class="narrow">
<thead><tr><th scope="col" class="number">Share</th><th scope="col" class="number">Senders</th><th scope="col" class="number">Decided after</th></tr></thead>
<tbody>
${[0.1, 0.25, 0.5, 0.75, 0.9, 0.95, markedShare, 0.99, 1].map((share) => renderMilestone(course, share))}
</tbody>
</table>
</details>`;
}

function renderWords(course: Course): string {
  const [most, all] = [timeUntil(course, markedShare), timeUntil(course, 1)];
  if (most === null) return 'The survey ended before 97 % of the senders were decided.';
  if (most === 0) return 'The answers for 97 % of the senders were known from before.';
  const words = `97 % of the senders were decided after ${formatDuration(most)}`;
  return all === null ? `${words}; the rest were not.` : `${words}; the last came after ${formatDuration(all)}.`;
}

function renderLegend({ known, bins }: Course): Markup {
  const occurs = (verdict: Verdict): boolean => [known, ...bins].some((counts) => counts[verdict] !== undefined);
  return markup`<p class="legend" aria-hidden="true">${verdictOrder.filter(occurs).map((verdict) => markup`<span><span class="swatch fill-${verdict}"></span>${verdict}</span> `)}</p>`;
}

function renderMilestone(course: Course, share: number): Markup {
  const time = timeUntil(course, share);
  return markup`<tr><th scope="row" class="number">${Math.round(share * 100)} %</th><td class="number">${formatCount(Math.ceil(share * course.senders))}</td><td class="number">${time === null ? 'never' : formatDuration(time)}</td></tr>
`;
}
