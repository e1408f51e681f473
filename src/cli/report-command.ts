/**
 * `sender-survey report`: the totals and reports of a survey in the state, again. Asks nobody, changes nothing.
 */
import { openReports } from '../report/write-reports.js';
import { StateError } from '../store/state-error.js';
import { openState } from '../store/state.js';
import { checkReportOptions } from './check-options.js';
import { exitCodes } from './exit-codes.js';
import type { ReportOptions } from './options.js';
import { printReports } from './print-reports.js';

/** Runs the command; gives the exit code. */
export async function reportCommand(
  path: string,
  options: ReportOptions & { readonly survey: number | undefined },
): Promise<number> {
  checkReportOptions(options);
  const reports = openReports(options);
  const state = openState(path, 'read');
  try {
    const survey = state.survey(options.survey ?? 'latest');
    if (survey === null) throw new StateError(`${path} holds no survey${options.survey ? ` ${options.survey}` : ''}`);
    await printReports(state, survey, options, reports);
    return exitCodes.done;
  } finally {
    state.close();
  }
}
