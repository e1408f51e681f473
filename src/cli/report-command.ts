/**
 * `sender-survey report`: the totals and reports of a survey in the state, again. Asks nobody, changes nothing.
 */
import { unknownAnswer } from '../report/nagios-answer.js';
import { renderNagios } from '../report/render-nagios.js';
import { sharesWatched } from '../report/thresholds.js';
import { writeToStream } from '../report/write-to-stream.js';
import { StateError } from '../store/state-error.js';
import { openState, type State } from '../store/state.js';
import type { SurveyInfo } from '../store/survey-info.js';
import { checkReportOptions } from './check-options.js';
import { checkThresholds } from './check-thresholds.js';
import { exitCodes } from './exit-codes.js';
import type { ReportCommandOptions } from './options.js';
import { openReportFiles, printReports, renderOutput, takesStandardOutput, writeReports } from './print-reports.js';
import { UsageError } from './usage-error.js';

/** Runs the command; gives the exit code. */
export async function reportCommand(path: string, options: ReportCommandOptions): Promise<number> {
  if (options.output === 'nagios') return await answerNagios(path, options);
  if (options.warn.length + options.crit.length > 0) throw new UsageError('--warn and --crit go with --output nagios');
  return await report(path, options, options.output);
}

async function report(
  path: string,
  options: ReportCommandOptions,
  output: Exclude<ReportCommandOptions['output'], 'nagios'>,
): Promise<number> {
  checkReportOptions(options);
  const taken = takesStandardOutput(options);
  if (output !== 'text' && taken !== null) {
    throw new UsageError(`--output ${output} and --${taken} - cannot share standard output; give one of them a file`);
  }
  const reports = openReportFiles(options);
  await reading(path, options.survey, async (state, survey) => {
    if (output === 'text') return await printReports(state, survey, options, reports);
    const summary = await writeReports(state, survey, reports);
    await writeToStream(process.stdout, renderOutput(output, summary, state, survey));
  });
  return exitCodes.done;
}

/** A plugin must say UNKNOWN, on standard output, whatever keeps it from an answer. */
async function answerNagios(path: string, options: ReportCommandOptions): Promise<number> {
  let answer = unknownAnswer(`${path} holds no survey`);
  try {
    checkReportOptions(options);
    const { warn, critical } = checkThresholds(options, sharesWatched);
    const reports = openReportFiles(options);
    await reading(path, options.survey, async (state, survey) => {
      answer = renderNagios(await writeReports(state, survey, reports), warn, critical);
    });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    answer = unknownAnswer(error.message);
  }
  await writeToStream(process.stdout, [answer.text]);
  return answer.exitCode;
}

/** Does something with a survey in the state. @throws StateError */
async function reading(
  path: string,
  number: number | undefined,
  work: (state: State, survey: SurveyInfo) => Promise<void>,
): Promise<void> {
  const state = openState(path, 'read');
  try {
    const survey = state.survey(number ?? 'latest');
    if (survey === null) throw new StateError(`${path} holds no survey${number ? ` ${number}` : ''}`);
    await work(state, survey);
  } finally {
    state.close();
  }
}
