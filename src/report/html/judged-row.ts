/**
 * A sender with what today's rules make of its evidence, as the page shows it.
 */
import type { CountedMail } from '../../store/survey-info.js';
import type { SurveyRow } from '../../store/survey-rows.js';
import type { Reason, Verdict } from '../../verdict/evidence.js';
import { messagesOf } from '../messages-of.js';
import type { Judge } from '../summarise.js';

/** One sender; `messages` are those that the survey weighs it by, `reason` is null while it is pending. */
export interface JudgedRow {
  readonly row: SurveyRow;
  readonly messages: number;
  readonly verdict: Verdict;
  readonly reason: Reason | null;
}

/** Judges one row after the other. */
export function* judgeRows(rows: Iterable<SurveyRow>, mail: CountedMail, judge: Judge): Generator<JudgedRow> {
  for (const row of rows) {
    const judgement = row.evidence && judge(row.evidence, row.address);
    yield {
      row,
      messages: messagesOf[mail](row),
      verdict: judgement?.verdict ?? 'pending',
      reason: judgement?.reason ?? null,
    };
  }
}
