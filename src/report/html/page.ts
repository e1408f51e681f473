/**
 * The HTML report: one file that asks the network for nothing and runs no script but its own.
 *
 *   summary + rows ─▶ head ─▶ overview ─▶ … sections … ─▶ table of senders ─▶ data, block by block ─▶ script
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { SurveyRow } from '../../store/survey-rows.js';
import type { Judge } from '../summarise.js';
import type { Summary } from '../summary.js';
import { importanceOf, ImportanceTally } from './choose-senders.js';
import { renderCost } from './cost-section.js';
import { renderCourse } from './course-section.js';
import { CourseTally, type Course } from './course.js';
import { renderEstimates } from './estimate-section.js';
import { judgeRows, type JudgedRow } from './judged-row.js';
import { markup, verbatim, type Markup } from './markup.js';
import { renderOverview } from './overview.js';
import { renderProbers } from './prober-section.js';
import { renderReasons } from './reason-section.js';
import { senderData } from './sender-data.js';
import { renderSenders } from './sender-section.js';
import { renderSites } from './site-section.js';
import { style } from './style.js';
import { renderVerdicts } from './verdict-section.js';
import { renderWanted } from './wanted-section.js';

/** Senders that the table holds at most: a browser opens as many within two seconds. */
export const mostSenders = 100_000;

/**
 * The page in pieces. Reads the rows twice, first to count and then to write them, so that no number of senders takes
 * much memory; reads nothing before the first piece is asked for. The table holds the `most` important senders.
 */
export function* surveyHtml(
  summary: Summary,
  readRows: () => Iterable<SurveyRow>,
  judge: Judge,
  most = mostSenders,
): Generator<string, void, undefined> {
  const rows = (): Iterable<JudgedRow> => judgeRows(readRows(), summary.survey.mail, judge);
  const { course, isChosen } = count(rows(), summary.survey, most);
  const shown = Math.min(course.senders, most);
  yield renderHead(summary).toString();
  yield renderOverview(summary).toString();
  for (const render of [
    renderEstimates,
    renderVerdicts,
    renderWanted,
    renderCost,
    renderReasons,
    renderSites,
    renderProbers,
  ]) {
    yield render(summary).toString();
  }
  yield renderCourse(course).toString();
  yield renderSenders(summary, shown, course.senders).toString();
  yield renderFoot().toString();
  yield* senderData(chosen(rows(), isChosen));
  yield markup`<script type="module">${verbatim(script())}</script>\n</body>\n</html>\n`.toString();
}

interface Counted {
  readonly course: Course;
  readonly isChosen: ReturnType<ImportanceTally['chooser']>;
}

function count(rows: Iterable<JudgedRow>, { started, finished }: Summary['survey'], most: number): Counted {
  const course = new CourseTally(Date.parse(started), finished === null ? null : Date.parse(finished));
  const importances = new ImportanceTally();
  for (const { row, verdict, messages } of rows) {
    course.add(verdict, row.evidence?.checkedAt ?? null);
    importances.add(importanceOf(verdict, row.wanted, messages));
  }
  return { course: course.course(), isChosen: importances.chooser(most) };
}

function* chosen(rows: Iterable<JudgedRow>, isChosen: Counted['isChosen']): Generator<JudgedRow> {
  for (const row of rows) {
    if (isChosen(importanceOf(row.verdict, row.row.wanted, row.messages))) yield row;
  }
}

function renderHead({ survey }: Summary): Markup {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="format-detection" content="telephone=no, email=no, address=no">
<title>Survey of senders, ${survey.started.slice(0, 10)}</title>
<link rel="icon" href="data:,">
<style>${verbatim(style)}</style>
</head>
<body>
<main>
`;
}

function renderFoot(): Markup {
  return markup`</main>
<footer>
<p>Every verdict follows from one reply of a mail server to <code>RCPT TO</code>; no message was sent. A 2xx is no proof that a mailbox exists: some servers take every address and refuse later. A 5xx is no proof that it does not: it may be about who asked. Read the reasons.</p>
<p>Made by sender-survey. This page holds addresses: treat it as you treat your mail logs.</p>
</footer>
`;
}

/**
 * Nothing is allowed but this style sheet, this script and the empty icon (without which browsers ask for one); and the
 * script may not make markup of text.
 */
function policy(): string {
  return [
    "default-src 'none'",
    `style-src '${hash(style)}'`,
    `script-src '${hash(script())}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** The script, a file of its own so that it can be checked as the JavaScript it is. */
function script(): string {
  return readFileSync(createRequire(import.meta.url).resolve('#table-script'), 'utf8');
}
