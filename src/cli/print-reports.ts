/**
 * The end of `survey` and of `report`: CSV and JSON where they were asked for, the totals on standard output, or on
 * standard error where a report has taken that.
 */
import { surveyCsv } from '../report/csv.js';
import { renderJson } from '../report/render-json.js';
import { renderText } from '../report/render-text.js';
import { summarise } from '../report/summarise.js';
import type { Reports } from '../report/write-reports.js';
import { writeToStream } from '../report/write-to-stream.js';
import type { State } from '../store/state.js';
import type { SurveyInfo } from '../store/survey-info.js';
import { judge } from '../verdict/judge.js';
import type { ReportOptions } from './options.js';

/** Writes what was asked for and prints the totals. @throws OutputError */
export async function printReports(
  state: State,
  survey: SurveyInfo,
  options: ReportOptions,
  reports: Reports,
): Promise<void> {
  const summary = summarise(state.rows(survey.id), survey, state.siteTimes(survey.id), judge);
  await reports.writeCsv(surveyCsv(state.rows(survey.id), judge));
  await reports.writeJson([renderJson(summary)]);
  const isTaken = options.csv === '-' || options.json === '-';
  await writeToStream(isTaken ? process.stderr : process.stdout, [renderText(summary)]);
}
