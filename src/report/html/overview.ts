/**
 * The top of the page: what was surveyed, the answer in two sentences, and the four totals of the 2005 survey.
 */
import { formatBytes, formatCount, formatCounted, formatDuration, formatShare } from '../format-numbers.js';
import { fitText } from '../harmless-text.js';
import type { Summary, Totals } from '../summary.js';
import { markup, type Markup } from './markup.js';

/** The page's heading and what stands right below it. */
export function renderOverview(summary: Summary): Markup {
  const { survey, input, totals } = summary;
  const took = survey.finished === null ? null : Date.parse(survey.finished) - Date.parse(survey.started);
  return markup`<header>
<p class="kicker">sender-survey · ${minute(survey.started)} UTC</p>
<h1>Can the senders of our mail be answered?</h1>
${renderAnswer(summary)}
<p class="facts">${formatCounted(input.messages, 'message')} by ${formatCounted(input.senders, 'sender')} in ${formatCounted(input.files, 'file')} (${formatBytes(input.bytes)})${
    input.nullSenders > 0 && `, and ${formatCount(input.nullSenders)} more by the null sender <>`
  }. ${took === null ? 'The survey did not end.' : `The survey took ${formatDuration(took)}, with ${formatCounted(survey.concurrency, 'session')} at once.`} ${
    mailWords[survey.mail]
  }</p>
${renderCautions(summary)}
${renderContents(summary)}
</header>
<section aria-labelledby="totals">
<h2 id="totals" class="visually-hidden">Totals</h2>
<dl class="tiles">${tiles.map((tile) => renderTile(tile, totals, summary.messages))}</dl>
</section>
`;
}

const mailWords: Record<Summary['survey']['mail'], string> = {
  accepted: 'Counted is mail that our server took in.',
  rejected: 'Counted is mail that our server refused.',
  all: 'Counted is mail that our server took in or refused.',
};

function minute(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}

function renderAnswer({ totals, messages, whatIf }: Summary): Markup {
  if (totals.checked === 0) return markup`<p class="answer">No sender was checked.</p>`;
  const { rejectUnverified: refused } = whatIf;
  const wanted =
    refused.wantedSenders === 0
      ? 'none of it from senders known to be wanted'
      : `among it ${formatCounted(refused.wantedMessages, 'message')} of ${formatCounted(refused.wantedSenders, 'sender')} that ${refused.wantedSenders === 1 ? 'is' : 'are'} wanted`;
  return markup`<p class="answer">For <b>${formatShare(totals.acceptedOrDeferred, totals.checked)}</b> of ${formatCounted(totals.checked, 'sender')} a server would take mail, now or later (2xx or 4xx). Refusing what cannot be verified would have turned away <b>${formatShare(refused.messages, messages.checked)}</b> of their mail, ${wanted}.</p>`;
}

function renderCautions({ survey, totals }: Summary): Markup[] {
  const cautions: Markup[] = [];
  if (survey.sample !== null) {
    const { size, population, seed } = survey.sample;
    cautions.push(
      markup`<p class="caution">A random sample: ${formatCount(size)} of ${formatCounted(population, 'sender')}, seed ${fitText(seed, 30)}.</p>`,
    );
  }
  if (totals.pending > 0) {
    cautions.push(
      markup`<p class="caution">Not complete: ${formatCounted(totals.pending, 'sender')} still to be asked. The same command goes on from there.</p>`,
    );
  }
  return cautions;
}

interface Tile {
  readonly label: string;
  readonly total: keyof Totals;
  readonly words: string;
}

const tiles: readonly Tile[] = [
  { label: 'Checked', total: 'checked', words: 'senders asked about' },
  { label: 'Accepted by 2xx or 4xx', total: 'acceptedOrDeferred', words: 'yes, or come back later' },
  { label: 'Reachable', total: 'reachable', words: 'a server took the connection' },
  { label: 'Wanted but rejected', total: 'wantedRejected', words: 'senders we want mail from' },
];

function renderTile({ label, total, words }: Tile, totals: Totals, messages: Totals): Markup {
  const share = total === 'checked' ? '' : formatShare(totals[total], totals.checked);
  const ofMessages =
    total === 'checked' ? '' : markup` <span class="nowrap">· ${formatShare(messages[total], messages.checked)}</span>`;
  return markup`<div class="tile">
<dt>${label}</dt>
<dd><span class="figure">${formatCount(totals[total])}</span> <span class="share">${share}</span></dd>
<dd class="small">${formatCounted(messages[total], 'message')}${ofMessages}</dd>
<dd class="small">${words}</dd>
</div>`;
}

/** Links to the sections, as far as they are there. */
function renderContents({ survey, sites }: Summary): Markup {
  const sections = [
    ...(survey.sample === null ? [] : [['estimates', 'Estimates']]),
    ['verdicts', 'Verdicts'],
    ['wanted', 'Wanted but rejected'],
    ['cost', 'What refusing would cost'],
    ['reasons', 'Reasons'],
    ...(sites.length > 0 ? [['sites', 'Biggest sites']] : []),
    ['course', 'Course'],
    ['senders', 'Senders'],
  ];
  return markup`<nav class="contents" aria-label="Contents">${sections.map(([id = '', title = '']) => markup`<a href="#${id}">${title}</a> `)}</nav>`;
}
