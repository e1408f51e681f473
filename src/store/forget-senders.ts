/**
 * Keeps a survey without an end from growing without end: goes round its senders, a page at a time, and deletes those not
 * seen for long, with the evidence that nothing points to any more. What other surveys have is theirs.
 */
import type { Database } from './database.js';

/** Senders looked at in a step: a few milliseconds' work. */
const pageSize = 200;

const isInSurvey = `EXISTS (SELECT 1 FROM survey CROSS JOIN survey_sender
  ON survey_sender.survey_id = survey.id AND survey_sender.sender_id =`;

/** In this order; senders from `first` to `last` are looked at, those not seen since `before` go. */
const steps = [
  `DELETE FROM survey_sender_day WHERE survey_id = :surveyId AND ordinal IN (
     SELECT ordinal FROM survey_sender
     WHERE survey_id = :surveyId AND sender_id BETWEEN :first AND :last AND last_seen < :before)`,
  `DELETE FROM survey_sender WHERE survey_id = :surveyId AND sender_id BETWEEN :first AND :last AND last_seen < :before`,
  `DELETE FROM evidence WHERE sender_id BETWEEN :first AND :last AND checked_at < :before AND survey_id = :surveyId
     AND NOT ${isInSurvey} evidence.sender_id WHERE evidence_id = evidence.id)`,
  `UPDATE evidence SET session_id = NULL
   WHERE sender_id BETWEEN :first AND :last AND checked_at < :before AND survey_id = :surveyId`,
];

const forgetSenders = `
DELETE FROM sender WHERE id BETWEEN :first AND :last
  AND NOT EXISTS (SELECT 1 FROM evidence WHERE sender_id = sender.id) AND NOT ${isInSurvey} sender.id)
RETURNING domain_id`;

/** Gives the function that does a step; it gives whether it has come to the end, where it begins again. */
export function createForgetting(database: Database, surveyId: number): (before: number) => boolean {
  const nextPage = database
    .prepare<[number, number], number>(
      `SELECT sender_id FROM survey_sender WHERE survey_id = ? AND sender_id > ? ORDER BY sender_id LIMIT ${pageSize}`,
    )
    .pluck();
  const statements = steps.map((sql) => database.prepare(sql));
  const senders = database.prepare<object, number>(forgetSenders).pluck();
  const domain = database.prepare(
    'DELETE FROM domain WHERE id = ? AND NOT EXISTS (SELECT 1 FROM sender WHERE domain_id = domain.id)',
  );
  const sessions = database.prepare('DELETE FROM session WHERE survey_id = ? AND started_at < ?');
  let after = 0;
  return database.transaction((before: number) => {
    const page = nextPage.all(surveyId, after);
    const [first] = page;
    const last = page.at(-1);
    if (first === undefined || last === undefined) {
      sessions.run(surveyId, before);
      after = 0;
      return true;
    }
    for (const statement of statements) statement.run({ surveyId, before, first, last });
    for (const domainId of new Set(senders.all({ first, last }))) domain.run(domainId);
    after = last;
    return false;
  });
}
