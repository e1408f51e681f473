/**
 * The end of `survey` and of `report`: the files that were asked for, then one report on standard output, unless a
 * file was to go there: then the totals go to standard error.
 */
import { surveyCsv } from '../report/csv.js';
import { surveyHtml } from '../report/html/page.js';
import { postfixAccess } from '../report/postfix-access.js';
import { renderJson } from '../report/render-json.js';
import { renderMrtg } from '../report/render-mrtg.js';
import { renderPrometheus } from '../report/render-prometheus.js';
import { renderText } from '../report/render-text.js';
import { summarise } from '../report/summarise.js';
import type { Summary } from '../report/summary.js';
import { openReports, type Reports } from '../report/write-reports.js';
import { writeToStream } from '../report/write-to-stream.js';
import type { State } from '../store/state.js';
import type { SurveyInfo } from '../store/survey-info.js';
import { judgeIn } from './judge-in.js';
import { choosePaint } from './choose-paint.js';
import { reportFiles, type ReportFile, type ReportOptions } from './options.js';

/** What standard output can get, besides what Nagios wants. */
export type Output = 'text' | 'csv' | 'json' | 'html' | 'prometheus' | 'mrtg';

/** The files of the options, looked at before anything is asked. @throws OutputError */
export function openReportFiles(options: ReportOptions): Reports<ReportFile> {
  return openReports(reportFiles, options);
}

/** Writes the files and gives the summary. @throws OutputError */
export async function writeReports(state: State, survey: SurveyInfo, reports: Reports<ReportFile>): Promise<Summary> {
  const judge = judgeIn(survey);
  const summary = summarise(state.rows(survey.id), survey, state.siteTimes(survey.id), judge);
  await reports.write('csv', surveyCsv(state.rows(survey.id), judge));
  await reports.write('json', [renderJson(summary)]);
  await reports.write('html', renderHtml(summary, state, survey));
  await reports.write('postfix-access', postfixAccess(state.rows(survey.id), survey, judge));
  return summary;
}

/** Writes the files and prints the totals. @throws OutputError */
export async function printReports(
  state: State,
  survey: SurveyInfo,
  options: ReportOptions,
  reports: Reports<ReportFile>,
): Promise<void> {
  const summary = await writeReports(state, survey, reports);
  const stream = takesStandardOutput(options) === null ? process.stdout : process.stderr;
  await writeToStream(stream, [renderText(summary, choosePaint(stream, process.env))]);
}

/** The option that sends its report to standard output; null where none does. */
export function takesStandardOutput(options: ReportOptions): ReportFile | null {
  return reportFiles.find((name) => options[name] === '-') ?? null;
}

type Render = (summary: Summary, state: State, survey: SurveyInfo) => Iterable<string>;

const renderers: Readonly<Record<Exclude<Output, 'text'>, Render>> = {
  csv: (_summary, state, survey) => surveyCsv(state.rows(survey.id), judgeIn(survey)),
  json: (summary) => [renderJson(summary)],
  html: renderHtml,
  prometheus: (summary) => [renderPrometheus(summary)],
  mrtg: (summary) => [renderMrtg(summary)],
};

function renderHtml(...[summary, state, survey]: Parameters<Render>): Iterable<string> {
  return surveyHtml(summary, () => state.rows(survey.id), judgeIn(survey));
}

/** One report in pieces, for standard output. */
export function renderOutput(output: Exclude<Output, 'text'>, ...found: Parameters<Render>): Iterable<string> {
  return renderers[output](...found);
}
