/**
 * The summary for MRTG's external monitoring scripts: four lines, two numbers and two texts. To be used with the option
 * `gauge`, since a survey counts anew.
 */
import type { Summary } from './summary.js';

/** Senders accepted by 2xx or 4xx, senders rejected by 5xx, when the survey ended, and what is measured. */
export function renderMrtg({ survey, totals }: Summary): string {
  const when = survey.finished ?? survey.started;
  const lines = [totals.acceptedOrDeferred, totals.rejected5xx, `survey of ${when}`, 'sender-survey'];
  return `${lines.join('\n')}\n`;
}
